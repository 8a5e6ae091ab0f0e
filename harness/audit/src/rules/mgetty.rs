//! mgetty.config: keys and values that do not do what they look like.

use super::{Check, Subject};
use crate::registry::mgetty as rule;
use crate::{Cue, Finding};
use offhook_etc::read::mgetty_config::{self, Problem};

pub(super) const CHECKS: &[Check] = &[problems, sections];

fn problems(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(source) = subject.tree.mgetty("mgetty.config") else { return Vec::new() };
    let finding = |problem| match problem {
        Problem::Key(place, key, nearest) => {
            let fix =
                nearest.map_or_else(|| "remove the line".to_owned(), |nearest| format!("did you mean `{nearest}`?"));
            let cue = nearest.map(|nearest| Cue::Word { wrong: key.clone(), meant: nearest.to_string() });
            Finding::new(&rule::MGETTY_KEY, format!("mgetty does not know `{key}` and ignores the line"))
                .at(place)
                .fix(fix)
                .cue(cue)
        }
        Problem::Number(place, key) => {
            Finding::new(&rule::MGETTY_NUMBER, format!("`{key}` needs a number: mgetty ignores the line")).at(place)
        }
        Problem::Bool(place, key, value) => Finding::new(&rule::MGETTY_BOOL, format!("`{key} {value}` means no"))
            .at(place)
            .why("only words that begin with y or t, the word on, and an empty value mean yes")
            .fix(format!("write `{key} yes` or `{key} no`")),
        Problem::Flow(place, key) => {
            Finding::new(&rule::MGETTY_FLOW, format!("`{key}` needs rts, xon, both or none")).at(place)
        }
    };
    mgetty_config::problems(&source).into_iter().map(finding).collect()
}

fn sections(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(source) = subject.tree.mgetty("mgetty.config") else { return Vec::new() };
    let served = |name: &str| subject.ports.iter().any(|port| mgetty_config::same_port(name, &port.device));
    let sections = mgetty_config::sections(&source).into_iter().filter(|(name, _)| !served(name));
    sections
        .map(|(name, line)| match name.strip_prefix("/dev/").filter(|device| served(device)) {
            Some(device) => Finding::new(
                &rule::MGETTY_SECTION_PATH,
                format!("this section is ignored: mgetty looks for a section called {device}"),
            )
            .at(source.at(line))
            .on(device)
            .why("mgetty removes /dev/ from the device on its command line, but not from the name of a section")
            .fix(format!("write `port {device}`")),
            None => Finding::new(&rule::MGETTY_SECTION, format!("the section is for {name}, which is not served"))
                .at(source.at(line))
                .why("a section is used if its name is the device on mgetty's command line, without /dev/"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Severity::{Error, Note, Warning};
    use crate::tests::shows;

    #[test]
    fn what_mgetty_passes_over_is_found() {
        shows("mgetty-key", Warning, &[("mgetty/mgetty.config", "ringss 3\n")]);
        shows("mgetty-number", Warning, &[("mgetty/mgetty.config", "rings many\n")]);
        shows("mgetty-bool", Warning, &[("mgetty/mgetty.config", "data-only 1\n")]);
        shows("mgetty-flow", Warning, &[("mgetty/mgetty.config", "data-flow crtscts\n")]);
        shows("mgetty-section-path", Error, &[("mgetty/mgetty.config", "port /dev/ttyS0\n rings 3\n")]);
        shows("mgetty-section", Note, &[("mgetty/mgetty.config", "port ttyS7\n debug 9\n")]);
    }
}
