//! Somebody else's crate. Its tests are what it is for.
