"""The provider `extend`."""
