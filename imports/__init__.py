"""Data from outside: the frame under every importer, its runs and its screens.

The apps above (`schools`, `companies`) define an importer per format in their `imports` package;
they register it here (`imports.registry`), and commands, tasks and screens find it there.
"""
