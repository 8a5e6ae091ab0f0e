//! The `/etc` of a dial-in server: what its files say, as mgetty, pppd and init take them.
//!
//! [`tree`] takes the files from a directory. [`served`], [`inittab`], [`units`] and [`upstart`] say which ports
//! something serves, and when it is started again ([`restart`]). [`source`] and [`mod@read`] are the readers of the audit: every line with its place.
//! [`programs`] looks for the programs that the files name, and [`installed`] is what it finds.

pub mod inittab;
pub mod installed;
mod model;
pub mod programs;
pub mod read;
pub mod restart;
pub mod served;
pub mod source;
mod speed;
pub mod tree;
pub mod units;
pub mod upstart;

pub use model::{Content, Etc, RawFile, is_private};
pub use speed::SPEEDS;

#[cfg(test)]
mod tests {
    //! Trees in memory for the tests of this crate.

    use super::source::Tree;
    use super::{Etc, RawFile};

    /// A tree of those files.
    pub(crate) fn tree(files: &[(&str, &str)]) -> Tree {
        tree_with(files, Vec::new())
    }

    /// A tree of those files and more.
    pub(crate) fn tree_with(files: &[(&str, &str)], more: Vec<RawFile>) -> Tree {
        Tree::of(Etc::of_texts(files, more), false)
    }
}
