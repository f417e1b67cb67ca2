"""Geocoders in geopy's style, and the chain that asks them one after the other."""
