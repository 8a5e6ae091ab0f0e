//! Scenario text: KDL in, a checked [`Scenario`](offhook_scenario::Scenario) out, or every error of the file at once.
//!
//! [`load()`] takes paths, [`read()`] one text. The words are data, in `words`, in the form that `offhook_schema` reads
//! texts by, and from which [`reference()`], [`sources()`] of explanations and [`schemas()`] are made, too. What a text has in other places, `sources` reads
//! and `expand` puts in its place: variables, shared blocks, tables of cases. What passes the checks is
//! built (`whole`, `build` and `call`), and looked at once more: whether it can happen (`order`). [`model`] reads the files of
//! modem models.

mod build;
mod call;
mod expand;
mod explain;
pub mod fault;
mod kind;
pub mod load;
pub mod model;
pub mod mutate;
mod named;
mod order;
pub mod read;
mod sources;
#[cfg(test)]
mod tests;
mod value;
pub mod vocabulary;
mod whole;
pub mod words;

pub use expand::Values;
pub use explain::{model_reference, reference, schemas, sources};
pub use load::{Loaded, load, load_with};
pub use read::{Reading, read, read_with};
