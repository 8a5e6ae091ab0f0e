//! Every statement of the PPP Dialin Server page, and every pitfall users have reported, has a scenario that shows it:
//! scenarios/statements.txt says them, specs name them, and scenarios/README.md has the table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use offhook_language::load;

const BEGIN: &str = "<!-- statements: made from statements.txt and the scenarios' specs, do not edit -->\n";
const END: &str = "<!-- end of statements -->\n";

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A line of statements.txt.
struct Statement {
    document: String,
    heading: Option<String>,
    /// The spec that names it; `None`: no scenario can show it.
    spec: Option<String>,
    text: String,
}

fn statements(text: &str) -> Vec<Statement> {
    let (mut document, mut heading) = (None, None);
    let mut all = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            heading = Some(name.to_owned());
        } else if let Some(name) = line.strip_prefix("# ") {
            (document, heading) = (Some(name.to_owned()), None);
        } else if let Some(document) = document.clone().filter(|_| !line.trim().is_empty()) {
            let (spec, text) = match (line.strip_prefix("- "), line.split_once(" = ")) {
                (Some(text), _) => {
                    assert!(text.ends_with(']') && text.contains(" ["), "no reason in brackets: {line}");
                    (None, text.to_owned())
                }
                (None, Some((field, text))) => {
                    let place = heading.iter().map(String::as_str).chain([field]).collect::<Vec<_>>().join(", ");
                    (Some(format!("{document}: {place}")), text.to_owned())
                }
                (None, None) => panic!("neither a heading nor a statement: {line}"),
            };
            all.push(Statement { document, heading: heading.clone(), spec, text });
        }
    }
    all
}

/// Specs with the scenarios that name them: file and name.
fn shown() -> BTreeMap<String, Vec<(String, String)>> {
    let folder = top().join("scenarios");
    let mut shown: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for file in load(std::slice::from_ref(&folder)).expect("the scenarios can be read") {
        let path = file.0.path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        for scenario in &file.1 {
            for spec in &scenario.specs {
                shown.entry(spec.clone()).or_default().push((path.clone(), scenario.name.clone()));
            }
        }
    }
    shown
}

fn table(statements: &[Statement], shown: &BTreeMap<String, Vec<(String, String)>>) -> String {
    let mut text = BEGIN.to_owned();
    let (mut document, mut heading) = (String::new(), None);
    for statement in statements {
        if statement.document != document || statement.heading != heading {
            (document, heading) = (statement.document.clone(), statement.heading.clone());
            let title = heading.as_ref().map(|heading| format!(": {heading}")).unwrap_or_default();
            let _ = write!(text, "\n### {document}{title}\n\n| statement | scenarios |\n|---|---|\n");
        }
        let scenarios = match &statement.spec {
            None => "none".to_owned(),
            Some(spec) => {
                let link = |(path, name): &(String, String)| format!("[{name}]({path})");
                shown.get(spec).map(|all| all.iter().map(link).collect::<Vec<_>>().join("<br>")).unwrap_or_default()
            }
        };
        let field = statement
            .spec
            .as_deref()
            .and_then(|spec| spec.rsplit_once(&format!("{}, ", heading.as_deref().unwrap_or(""))));
        let named = field.map(|(_, field)| format!("**{field}**: ")).unwrap_or_default();
        let _ = writeln!(text, "| {named}{} | {scenarios} |", statement.text);
    }
    text.push('\n');
    text.push_str(END);
    text
}

#[test]
fn every_statement_has_a_scenario_and_every_such_spec_a_statement() {
    let statements = statements(&fs::read_to_string(top().join("scenarios/statements.txt")).unwrap());
    let shown = shown();
    let specs: Vec<&str> = statements.iter().filter_map(|statement| statement.spec.as_deref()).collect();
    let bare: Vec<_> = specs.iter().filter(|spec| !shown.contains_key(**spec)).collect();
    assert!(bare.is_empty(), "no scenario shows: {bare:#?}");
    let documents: Vec<String> = statements.iter().map(|statement| format!("{}:", statement.document)).collect();
    let ours = |spec: &&String| documents.iter().any(|document| spec.starts_with(document.as_str()));
    let unknown: Vec<_> = shown.keys().filter(ours).filter(|spec| !specs.contains(&spec.as_str())).collect();
    assert!(unknown.is_empty(), "specs that are no statement: {unknown:#?}");
}

#[test]
fn every_hint_points_at_a_scenario_that_is_there() {
    for hint in offhook_session::hints::HINTS {
        let file = top().join("scenarios").join(hint.file);
        let found = load(std::slice::from_ref(&file)).expect("the file that a hint names can be read");
        let names: Vec<&str> = found.iter().flat_map(|file| &file.1).map(|scenario| scenario.name.as_str()).collect();
        assert!(names.contains(&hint.scenario), "{}: no scenario \"{}\"", hint.file, hint.scenario);
    }
}

#[test]
fn the_table_in_the_readme_is_that_of_the_scenarios() {
    let statements = statements(&fs::read_to_string(top().join("scenarios/statements.txt")).unwrap());
    let table = table(&statements, &shown());
    let path = top().join("scenarios/README.md");
    let readme = fs::read_to_string(&path).unwrap();
    let begin = readme.find(BEGIN).expect("the table's beginning is marked");
    let end = readme.find(END).expect("the table's end is marked") + END.len();
    if std::env::var_os("OFFHOOK_UPDATE_REFERENCE").is_some() {
        fs::write(&path, format!("{}{table}{}", &readme[..begin], &readme[end..])).unwrap();
        return;
    }
    assert!(
        readme[begin..end] == table,
        "scenarios/README.md is behind the scenarios: run this test with OFFHOOK_UPDATE_REFERENCE=1, then look at it"
    );
}
