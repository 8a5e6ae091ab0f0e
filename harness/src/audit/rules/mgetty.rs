//! mgetty.config: keys and values that do not do what they look like.

use super::{Rule, Subject};
use crate::audit::Finding;
use crate::audit::Severity::{Broken, Note, Warning};
use crate::audit::read::mgetty_config::{self, Problem};

pub(super) const RULES: &[Rule] = &[problems, sections];

fn problems(subject: &Subject<'_>) -> Vec<Finding> {
    let Some(source) = subject.tree.mgetty("mgetty.config") else { return Vec::new() };
    let finding = |problem| match problem {
        Problem::Key(place, key, nearest) => {
            let mend =
                nearest.map_or_else(|| "remove the line".to_owned(), |nearest| format!("did you mean `{nearest}`?"));
            Finding::new(
                "mgetty-key",
                Warning,
                format!("mgetty has no key `{key}`: it logs \"something foul\" and goes on"),
            )
            .at(place)
            .mend(mend)
        }
        Problem::Number(place, key) => {
            Finding::new("mgetty-number", Warning, format!("`{key}` takes a number: the line is passed over"))
                .at(place)
                .mend("give a number")
        }
        Problem::Bool(place, key, value) => Finding::new("mgetty-bool", Warning, format!("`{key} {value}` means no"))
            .at(place)
            .why("only y..., t..., on, or nothing after the key is yes for mgetty; 1 is not")
            .mend(format!("write `{key} yes` or `{key} no`")),
        Problem::Flow(place, key) => {
            Finding::new("mgetty-flow", Warning, format!("`{key}` takes rts, xon, both or none"))
                .at(place)
                .mend("use one of them")
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
                "mgetty-section-path",
                Broken,
                format!("nothing in this section holds: mgetty looks for a section called {device}"),
            )
            .at(source.at(line))
            .on(device)
            .why("it takes /dev/ off the device of its command line, and not off the name of a section")
            .mend(format!("write `port {device}`")),
            None => {
                Finding::new("mgetty-section", Note, format!("the section for {name} is for no port that is served"))
                    .at(source.at(line))
                    .why("a section counts if its name is the device as mgetty's command line has it, without /dev/")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::audit::Severity::{Broken, Note, Warning};
    use crate::audit::tests::shows;

    #[test]
    fn what_mgetty_passes_over_is_found() {
        shows("mgetty-key", Warning, &[("mgetty/mgetty.config", "ringss 3\n")]);
        shows("mgetty-number", Warning, &[("mgetty/mgetty.config", "rings many\n")]);
        shows("mgetty-bool", Warning, &[("mgetty/mgetty.config", "data-only 1\n")]);
        shows("mgetty-flow", Warning, &[("mgetty/mgetty.config", "data-flow hardware\n")]);
        shows("mgetty-section-path", Broken, &[("mgetty/mgetty.config", "port /dev/ttyS0\n rings 3\n")]);
        shows("mgetty-section", Note, &[("mgetty/mgetty.config", "port ttyS7\n debug 9\n")]);
    }
}
