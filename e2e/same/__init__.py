"""The yardstick: two `tramline` executables beside each other, over everything that they make."""
