"""Programmatie: what campuses ask to offer next school year, with the reasons and the advice."""
