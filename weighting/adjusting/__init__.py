"""Weights after fieldwork: nonresponse, post-stratification, raking, calibration, trimming."""
