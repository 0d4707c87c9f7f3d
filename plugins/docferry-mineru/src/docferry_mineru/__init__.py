"""The provider `mineru`."""
