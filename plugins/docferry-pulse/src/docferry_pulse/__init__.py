"""The provider `pulse`."""
