//! `--set NAME=VALUE`: values of variables in the place of those that scenario files have.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Args;
use offhook_language::{Loaded, Values, load_with};
use offhook_schema::{listed, nearest};

use super::Color;
use super::play::Stop;

/// The option, the same for every command that reads scenarios.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Set {
    /// Give a variable of the scenario files another value (may be given more than once)
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    values: Vec<(String, String)>,
}

impl Set {
    /// The values by their names.
    pub(super) fn values(&self) -> Values {
        self.values.iter().cloned().collect()
    }

    /// Loads scenario files with these values, or says what is wrong with either.
    pub(super) fn load(&self, paths: &[PathBuf], color: &Color) -> Result<Loaded, Stop> {
        let loaded = load_with(paths, &self.values()).map_err(|errors| Stop::Wrong(errors.render(color.problems())))?;
        self.wrong_names(&loaded).map_or(Ok(loaded), |wrong| Err(Stop::Wrong(wrong)))
    }

    /// What is wrong with the names, as a line with its end: given twice, or in none of the files.
    pub(super) fn wrong_names(&self, loaded: &Loaded) -> Option<String> {
        let mut seen = BTreeSet::new();
        let twice = self.values.iter().find(|(name, _)| !seen.insert(name));
        if let Some((name, _)) = twice {
            return Some(format!("--set {name}: given twice\n"));
        }
        let (name, _) = self.values.iter().find(|(name, _)| !loaded.variables.contains(name))?;
        let known: Vec<&str> = loaded.variables.iter().map(String::as_str).collect();
        let near = nearest(name, known.iter().copied()).map(|near| format!("; did you mean {near}?"));
        let there_are = match known.is_empty() {
            true => "these files declare none".to_owned(),
            false => format!("there are {}", listed(&known, "and")),
        };
        Some(format!("--set {name}: no such variable{}; {there_are}\n", near.unwrap_or_default()))
    }
}

/// `NAME=VALUE`; the value may be empty.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE: speed=9600".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_be_empty_and_have_the_sign_in_it_and_a_name_may_not() {
        assert_eq!(pair("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(pair("a="), Ok(("a".to_owned(), String::new())));
        assert!(pair("a").is_err() && pair("=a").is_err());
    }

    #[test]
    fn a_name_that_no_file_has_is_told_with_those_there_are() {
        let set =
            |names: &[&str]| Set { values: names.iter().map(|name| ((*name).to_owned(), String::new())).collect() };
        let loaded = Loaded {
            files: Vec::new(),
            named: Default::default(),
            variables: ["idle", "speed"].into_iter().map(str::to_owned).collect(),
        };
        assert_eq!(set(&["speed"]).wrong_names(&loaded), None);
        let text = "--set spede: no such variable; did you mean speed?; there are idle and speed\n";
        assert_eq!(set(&["spede"]).wrong_names(&loaded).as_deref(), Some(text));
        assert_eq!(set(&["idle", "idle"]).wrong_names(&loaded).as_deref(), Some("--set idle: given twice\n"));
    }
}
