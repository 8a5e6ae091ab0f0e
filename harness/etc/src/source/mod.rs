//! The files of a server: [`Tree`] has them all, a [`Source`] is one, a [`Place`] is a line of one.

mod place;
mod rooted;
mod tree;

pub use place::{Place, Source, Sourced};
pub(crate) use rooted::rooted;
pub use tree::Tree;
