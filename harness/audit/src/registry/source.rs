//! The registry as one of the things that `offhook explain` asks what a word means.

use offhook_schema::{Meaning, Source};

use super::explain::severities;
use super::{FAMILIES, Rule, all, find};

/// The codes of findings.
pub const fn source() -> Source {
    Source {
        title: "Findings of the audit",
        explain: |code| find(code).map(meaning).into_iter().collect(),
        names: || all().map(Rule::code).collect(),
        overview: || {
            let codes = |rules: &[&'static Rule]| rules.iter().map(|rule| rule.code()).collect();
            FAMILIES.iter().map(|family| (family.title.to_owned(), codes(family.rules))).collect()
        },
    }
}

fn meaning(rule: &'static Rule) -> Meaning {
    Meaning {
        title: format!("{} ({})", rule.code(), severities(rule)),
        paragraphs: vec![
            rule.meaning().to_owned(),
            format!("why: {}", rule.why()),
            format!("fix: {}", rule.fix()),
            format!("`offhook audit --explain {}` shows an example.", rule.code()),
        ],
        parts: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_name_in_the_overview_and_has_one_meaning() {
        let (names, source) = ((source().names)(), source());
        let listed: Vec<&str> = (source.overview)().into_iter().flat_map(|(_, codes)| codes).collect();
        assert_eq!(names, listed);
        assert!(names.iter().all(|code| (source.explain)(code).len() == 1));
    }
}
