//! `docs/audit-rules.md`, made of the registry.

use std::fmt::Write as _;

use super::explain::{example_lines, severities};
use super::{Example, FAMILIES};

/// Where the file is, below the repository's root.
#[cfg(test)]
pub(super) const FILE: &str = "docs/audit-rules.md";

/// The whole file.
pub fn reference() -> String {
    let mut text = String::from(
        "# Rules of the audit\n\n\
         What `offhook audit` can find. The code of a rule is stable; `offhook audit --explain CODE` shows the same text.\n\
         Generated from `harness/audit/src/registry` by\n\
         `OFFHOOK_UPDATE_REFERENCE=1 cargo test -p offhook-audit --lib`.\n\n\
         | severity | |\n|---|---|\n\
         | danger | somebody gets in who should not, or a secret is open |\n\
         | error | something that is configured does not work |\n\
         | warning | it works, but probably not as intended |\n\
         | note | worth knowing |\n",
    );
    for family in FAMILIES {
        let _ = write!(text, "\n## {}\n", family.title);
        for rule in family.rules {
            let _ = write!(
                text,
                "\n### {}\n\n**{}**: {}.\n\n{}\n\nFix: {}.\n\n",
                rule.code(),
                severities(rule),
                rule.meaning(),
                rule.why(),
                rule.fix()
            );
            match rule.example() {
                Example::Calls(shown) => {
                    let _ = writeln!(text, "For example: {shown}.");
                }
                example => {
                    for line in example_lines(example) {
                        let _ = writeln!(text, "{}", format!("    {line}").trim_end());
                    }
                }
            }
            if let Some(mended) = rule.mended() {
                text.push_str("\nMended:\n\n");
                for line in example_lines(mended) {
                    let _ = writeln!(text, "{}", format!("    {line}").trim_end());
                }
            }
        }
    }
    text
}
