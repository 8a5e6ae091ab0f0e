//! What the language says of itself: the references in Markdown, meanings of a word for `offhook explain`, and the
//! vocabularies as JSON for editors.

use offhook_schema::json::{Schema, schema};
use offhook_schema::{Meaning, Source};

use super::model;
use super::words::{MODELS, SCENARIOS};

/// The sources of this language: scenario files, modem models, model files.
pub fn sources() -> [Source; 3] {
    use offhook_schema::explain::{explain, names, overview};
    [
        Source {
            title: "Scenario files",
            explain: |name| explain(&SCENARIOS, name),
            names: || names(&SCENARIOS),
            overview: || overview(&SCENARIOS),
        },
        Source {
            title: "Modem models",
            explain: |name| model::shipped().filter(|(known, _)| *known == name).map(about_model).collect(),
            names: || model::shipped().map(|(name, _)| name).collect(),
            overview: || vec![("Models that ship".to_owned(), model::shipped().map(|(name, _)| name).collect())],
        },
        Source {
            title: "Model files",
            explain: |name| explain(&MODELS, name),
            names: || names(&MODELS),
            overview: || overview(&MODELS),
        },
    ]
}

fn about_model((name, _): (&'static str, &'static str)) -> Meaning {
    Meaning {
        title: format!("{name} (modem model)"),
        paragraphs: vec![
            format!("{}.", model::title(name)),
            format!("In a scenario: port \"ttyS0\" {{ modem \"{name}\"; }}. Its file: offhook modems {name}."),
        ],
        parts: Vec::new(),
    }
}

/// The vocabularies as data: of scenario files, and of model files.
pub fn schemas() -> [Schema; 2] {
    [schema("scenario", &SCENARIOS), schema("model", &MODELS)]
}

/// Every word of a scenario with its arguments, properties, defaults and meaning, in Markdown.
pub fn reference() -> String {
    let mut text = offhook_schema::reference(&SCENARIOS);
    text.push_str(KINDS);
    text
}

/// The same of the words of a model file.
pub fn model_reference() -> String {
    offhook_schema::reference(&MODELS).trim_end().to_owned() + "\n"
}

const KINDS: &str = "### Values

- A duration is whole numbers with units, longest unit first: `\"250ms\"`, `\"30s\"`, `\"5m\"`, `\"1h30m\"`, `\"10d\"`.
- An address is IPv4: `\"192.168.32.1\"`; with a prefix length where a network is meant: `\"192.168.32.1/24\"`.
- Texts have KDL's escapes: `\\r`, `\\n`, `\\u{1b}`. Texts of several lines stand between `\"\"\"` and `\"\"\"`, each on a
  line of its own; the blanks before the last one are removed from every line.
- Yes and no are `#true` and `#false`.
- Numbers stand without quotes, everything else in quotes.
";
