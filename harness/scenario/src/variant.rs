//! One of the scenarios that a text with variables or with a table of cases stands for.

use serde::{Deserialize, Serialize};

/// What tells a scenario from the others of its text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The name of its case, if its text has a table of them; the scenario's name ends in it.
    pub case: Option<String>,
    /// What its variables are: those of its case first, then others that it uses, by name.
    pub variables: Vec<Variable>,
}

/// A variable and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value, as a text.
    pub value: String,
    /// Whether whoever ran it set the value (`--set`), in the place of the file's own.
    pub set: bool,
}

impl Variant {
    /// What was set by whoever ran it.
    pub fn set(&self) -> impl Iterator<Item = &Variable> {
        self.variables.iter().filter(|variable| variable.set)
    }

    /// The variables as a few words: `speed=9600, idle=5m (--set)`. Empty if there are none.
    pub fn words(&self) -> String {
        let word = |it: &Variable| format!("{}={}{}", it.name, it.value, if it.set { " (--set)" } else { "" });
        self.variables.iter().map(word).collect::<Vec<_>>().join(", ")
    }
}
