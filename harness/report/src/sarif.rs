//! The form of SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format), for code scanning and editors, whatever is told in
//! it: findings of an audit, deviations of a conformance run.
//!
//! In: rules and results as JSON. Out: a log with one run; and what its parts have in common: places, and paths as URIs.

use serde_json::{Value, json};

use crate::Position;
use offhook_base::{SourceFile, Span};

/// The version of SARIF.
const VERSION: &str = "2.1.0";
/// Its schema.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Characters of a path that a URI has as they are (RFC 3986 §2.3), and the slash.
const UNRESERVED: &[u8] = b"-._~/";

/// A log with one run.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The rules, each a reportingDescriptor (§3.49).
    pub rules: Vec<Value>,
    /// The results (§3.27).
    pub results: Vec<Value>,
    /// What places are relative to, by name (§3.14.14), as an object; null if nothing is needed.
    pub bases: Value,
    /// Whether all that was to be looked at was.
    pub complete: bool,
    /// More of the run.
    pub properties: Value,
}

impl Log {
    /// Its text.
    ///
    /// # Errors
    ///
    /// None that these values could cause.
    pub fn text(self) -> serde_json::Result<String> {
        let mut run = json!({
            "tool": { "driver": {
                "name": "offhook",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": self.rules,
            } },
            "invocations": [{ "executionSuccessful": self.complete }],
            "columnKind": "unicodeCodePoints",
            "results": self.results,
            "properties": self.properties,
        });
        if !self.bases.is_null() {
            run["originalUriBaseIds"] = self.bases;
        }
        let log = json!({ "$schema": SCHEMA, "version": VERSION, "runs": [run] });
        let mut text = serde_json::to_string_pretty(&log)?;
        text.push('\n');
        Ok(text)
    }
}

/// A place in a text, as a location (§3.28): a relative path is one of the repository.
pub fn location(source: &SourceFile, span: Span) -> Value {
    let Position { line, column } = Position::of(&source.text, span.offset);
    let snippet = source.text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&source.path.display().to_string()) },
        "region": { "startLine": line, "startColumn": column, "snippet": { "text": snippet } },
    } })
}

/// A path as a URI: an absolute one with its scheme, another as it is, without a leading `./`.
pub fn uri(path: &str) -> String {
    match path.starts_with('/') {
        true => format!("file://{}", escaped(path)),
        false => escaped(path.strip_prefix("./").unwrap_or(path)),
    }
}

/// An absolute path as the URI of a directory: with a slash at its end (§3.14.14).
pub fn directory(path: &str) -> String {
    format!("file://{}/", escaped(path.trim_end_matches('/')))
}

/// A path as a part of a URI (RFC 3986 §2.1).
pub fn escaped(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for octet in path.bytes() {
        if octet.is_ascii_alphanumeric() || UNRESERVED.contains(&octet) {
            text.push(char::from(octet));
        } else {
            text.push_str(&format!("%{octet:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_uri_allows_is_in_a_uri() {
        assert_eq!(escaped("mgetty+sendfax/é %"), "mgetty%2Bsendfax/%C3%A9%20%25");
        assert_eq!(directory("/"), "file:///");
        assert_eq!((uri("./a b.kdl"), uri("/a b.kdl")), ("a%20b.kdl".to_owned(), "file:///a%20b.kdl".to_owned()));
    }

    #[test]
    fn a_place_is_a_line_and_a_column_in_characters_with_its_text() {
        let source = SourceFile { path: "s/a.kdl".into(), text: "scenario {\n  \"é\" x\n}\n".into() };
        let place = location(&source, Span { offset: source.text.find('x').unwrap_or(0), len: 1 });
        let region = &place["physicalLocation"]["region"];
        assert_eq!((&region["startLine"], &region["startColumn"]), (&json!(2), &json!(7)));
        assert_eq!(region["snippet"]["text"], "  \"é\" x");
        assert_eq!(place["physicalLocation"]["artifactLocation"]["uri"], "s/a.kdl");
    }
}
