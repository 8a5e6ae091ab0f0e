//! KDL text checked against a vocabulary.
//!
//! A [`Vocabulary`] says which words there are, where each may stand and what follows it; it is data, and an argument:
//! nothing in here knows a word. [`read_text()`] takes a text and a vocabulary and gives [`Item`]s, which hold only what
//! was right, and a [`Problem`] with its place for everything that was not. After a slip in the KDL itself the rest is
//! read all the same. Who has words that stand for others parses a [`Document`], changes its nodes, and then reads it
//! ([`read_document()`]). [`reference()`], [`explain()`] and [`json`] print a vocabulary for people and for programs.

mod brackets;
mod choice;
pub mod explain;
pub mod fault;
pub mod file;
mod item;
mod items;
pub mod json;
mod kind;
mod messages;
mod node;
mod place;
mod problem;
mod read;
mod reading;
mod recover;
mod reference;
mod syntax;
#[cfg(test)]
mod tests;
mod text;
mod value;
mod vocabulary;
mod written;

pub use choice::Choice;
pub use explain::{Meaning, Source, explain};
pub use fault::Fault;
pub use item::Item;
pub use kind::{Choices, Custom, Kind, Read};
pub use node::{Binding, Block, Document, Entry, Node};
pub use problem::{Errors, FileProblems, Label, Problem, Style};
pub use read::{read_document, read_text, with_stack};
pub use reading::read_value;
pub use reference::reference;
pub use text::{listed, nearest, one_of, quoted};
pub use value::{Value, Wrong};
pub use vocabulary::{Absent, Argument, Given, Language, Occurs, Place, Property, Vocabulary, Word};
pub use written::{ValueOf, Written, WrittenValue, written};
