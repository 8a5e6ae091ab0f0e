//! Time and chance as numbers: what makes a run repeatable.
//!
//! There is no way to read a clock from here, and none to ask for entropy: whoever owns a clock passes an [`Instant`] in,
//! and every [`Random`] is fixed by its seed.
//!
//! ```
//! use std::time::Duration;
//!
//! use offhook_clock::{Instant, Random, earliest};
//!
//! let now = Instant::ZERO + Duration::from_millis(12_345);
//! assert_eq!(now.to_string(), "12.345");
//! // What two machines wait for: the first deadline of either, or of the one that has one.
//! assert_eq!(earliest(Some(now), None), Some(now));
//! // One seed, one stream.
//! assert_eq!(Random::new(7).next(), Random::new(7).next());
//! ```

mod instant;
mod random;

pub use instant::{Instant, earliest};
pub use random::Random;
