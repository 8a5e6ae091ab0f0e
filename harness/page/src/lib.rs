//! Results as one HTML page: an overview with filters, and for each result its verdict, a ladder diagram, logs and files.
//!
//! In: [`Item`]s, of a run ([`run::items`]) or of anything else that has a verdict and events. Out: the text of one file that needs
//! nothing beside it: no network, no server, no other file.
//!
//! What is behind an item is compressed in the page, and unpacked by the browser when somebody looks: a thousand scenarios open as
//! fast as ten. Equal texts (scenario files, files of servers) are in it once.
//!
//! - [`item`]: what the overview shows of a result, and the sections behind it; [`mark`]: how it ended.
//! - [`events`]: a trace as the ladder draws it; [`phases`]: its bands.
//! - [`run`]: items of a run; [`files`]: the files of its servers.
//! - [`packed`]: texts compressed; [`document`]: the HTML around them. `assets/` has what runs in the browser.

pub mod document;
pub mod events;
pub mod files;
pub mod item;
pub mod mark;
pub mod packed;
mod parallel;
pub mod phases;
pub mod run;

pub use document::{Page, Table};
pub use item::{Detail, Item, Section};
pub use mark::{Mark, Words};
