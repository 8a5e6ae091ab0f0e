//! Running scenarios on the host: what is planned, what it needs, how it runs, and what came of it.
//!
//! What happens is told as one stream of [`RunEvent`](offhook_report::run::RunEvent)s; nothing here prints.

mod calling;
mod guest;
pub mod item;
#[cfg(feature = "cli")]
mod live;
mod needs;
pub mod own;
mod partial_trace;
pub mod plan;
pub mod schedule;
pub mod stream;
