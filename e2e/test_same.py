#!/usr/bin/env python3
"""Runs the tests of the yardstick, `same/test_same.py`. Exit code 0: all hold."""

import sys
import unittest

if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromName("same.test_same")
    sys.exit(0 if unittest.TextTestRunner(verbosity=0).run(tests).wasSuccessful() else 1)
