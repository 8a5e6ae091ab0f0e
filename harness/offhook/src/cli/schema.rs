//! `offhook schema`: the JSON Schemas of the documents that offhook writes. The same stand in `docs/schemas/`.

use clap::{Args, ValueEnum};

use super::{LAB_FAILED, complain, explain, say};
use crate::explore::json;

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Which document
    #[arg(value_name = "DOCUMENT", value_enum)]
    document: Document,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Document {
    /// What run --json writes
    Run,
    /// outcome.json in the evidence of a scenario
    Outcome,
    /// What audit --json writes
    Audit,
    /// What call --json writes
    Call,
    /// What explore --json writes
    Exploration,
    /// What explain --json prints
    Vocabulary,
}

pub(super) fn main(schema: &Schema) -> u8 {
    let text = match schema.document {
        Document::Run => offhook_report::json::schema(),
        Document::Outcome => offhook_report::json::schema_of_one(),
        Document::Audit => offhook_audit::json::schema(),
        Document::Call => offhook_standalone::call::report::schema(),
        Document::Exploration => json::schema(),
        Document::Vocabulary => explain::schema(),
    };
    match text {
        Ok(text) => {
            say(&text);
            0
        }
        Err(error) => {
            complain(&format!("error: the schema cannot be written as JSON: {error}\n"));
            LAB_FAILED
        }
    }
}
