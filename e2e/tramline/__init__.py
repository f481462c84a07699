"""The executable from outside: one service, one client of its API, and how checks wait, find samples and tell faults.

Rule: standard library only, `results` excepted, so that the comparison of two executables runs on any Python.
"""
