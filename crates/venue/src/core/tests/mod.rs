//! Scenarios through the core's own interface.
