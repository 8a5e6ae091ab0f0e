//! Small things that every room of the house needs, and none of them owns.
//!
//! - [`Error`]: what kept something from being done, for the person who reads it; [`plain`] beside it.
//! - [`write_result`], [`create_result`], [`StandardOutput`]: results where somebody said.
//! - [`SourceFile`] and [`Span`]: a text that somebody wrote, and a place in it.
//! - [`parse_duration()`] and [`format_duration()`]: durations as people write them.
//! - [`Fingerprint`]: what ran; [`Changes`]: what of it is not as it was built.
//! - [`read_plain_file`], [`read_file_at`]: a file that somebody names, within a bound.
//! - [`fits`]: whether a text is as a pattern says.
//! - [`hex`](hex()): octets as hexadecimal digits.
//! - [`rooted`]: what lies below a directory, opened without leaving it.
//! - `json_schema`, with the feature `schema`: a JSON Schema of what is written as JSON.
//! - [`guest`]: what a host and the process 1 of its guest have to agree on.

mod duration;
mod error;
mod fingerprint;
pub mod guest;
mod hex;
#[cfg(feature = "schema")]
mod json_schema;
mod pattern;
mod plain_file;
pub mod rooted;
pub mod shards;
mod source;
mod written;

pub use duration::{format_duration, parse_duration};
pub use error::{Error, plain};
pub use fingerprint::{Change, Changes, FileChange, Fingerprint, InPlace, Made};
pub use hex::hex;
#[cfg(feature = "schema")]
pub use json_schema::json_schema;
pub use pattern::fits;
pub use plain_file::{Unread, read_file_at, read_plain_file};
pub use source::{SourceFile, Span};
pub use written::{
    StandardOutput, create_result, is_standard_output, standard_output_failure, write_result, write_whole,
};
