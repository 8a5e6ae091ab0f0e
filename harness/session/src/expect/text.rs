//! Text outside PPP: what the server says, and how a login at its prompt went.

use std::time::Duration;

use super::call::CONNECT_LIMIT;
use super::{LAG, Progress, Step, spelled};
use crate::facts::{ending, shown};

/// How long a prompt, or the answer to a password, may take: PAM makes a bad password wait 3 s, DNS a while more.
const PROMPT_LIMIT: Duration = Duration::from_secs(90);

/// Of what the server said instead of what was expected, so many characters are shown: the last ones.
const MOST_SHOWN: usize = 400;

impl Step<'_> {
    /// What came of the login is known.
    pub(super) fn login(&self) -> Progress {
        let facts = self.facts;
        if let Some(login) = &facts.login {
            let how = if login.what.accepted { "accepted" } else { "refused" };
            return self.passed(format!("{how}: {}", login.what.by));
        }
        let (Some(waits), Some(connected)) = (&facts.login_waits, &facts.connected) else {
            return self.wait(CONNECT_LIMIT, "CONNECT, to log in over");
        };
        let expected = waits.what;
        let deadline = waits.at.max(connected.at) + PROMPT_LIMIT;
        if facts.cleared.is_some() {
            self.when_over(|step| step.failed_because(expected, facts.account(), self.heard()))
        } else if self.now >= deadline {
            self.failed_because(expected, format!("nothing like it for {}", spelled(PROMPT_LIMIT)), self.heard())
        } else {
            Progress::Wait(deadline)
        }
    }

    pub(super) fn login_result(&self, accepted: bool) -> Progress {
        let name = |accepted| if accepted { "login accepted" } else { "login refused" };
        let Some(login) = &self.facts.login else {
            return self.failed_because(name(accepted), "no login that came to an end", self.heard());
        };
        let actual = format!("{}: {}", name(login.what.accepted), login.what.by);
        if login.what.accepted == accepted {
            return self.passed(actual);
        }
        let over = self.facts.cleared.is_some();
        let actual = if over { format!("{actual}: {}", self.facts.account()) } else { actual };
        self.when_over(|step| step.failed_because(name(accepted), actual, self.heard()))
    }

    pub(super) fn text(&self, text: &str, within: Duration) -> Progress {
        let wanted = shown(text);
        if self.facts.find_unread(text).is_some() {
            return self.passed(format!("the server says \"{wanted}\""));
        }
        let expected = format!("the server to say \"{wanted}\" within {}", spelled(within));
        // The last words before a call was cleared are still on their way when the clearing is known.
        let deadline = match &self.facts.cleared {
            Some(cleared) => (cleared.at + LAG).min(self.begun + within),
            None => self.begun + within,
        };
        if self.now < deadline {
            return Progress::Wait(deadline);
        }
        let actual = match (self.facts.unread(), self.facts.cleared.is_some()) {
            ("", false) => "nothing".to_owned(),
            ("", true) => format!("nothing more: {}", self.facts.account()),
            (unread, _) => format!("\"{}\"", ending(unread, MOST_SHOWN)),
        };
        self.failed(expected, actual)
    }

    pub(super) fn no_text(&self, text: &str) -> Progress {
        if self.facts.heard.contains(text) {
            self.failed_because(format!("no \"{}\" from the server", shown(text)), "it came", self.heard())
        } else {
            self.passed("")
        }
    }

    /// What was heard last, as a note.
    fn heard(&self) -> Vec<String> {
        match self.facts.last_heard() {
            Some(text) => vec![format!("last heard: \"{text}\"")],
            None => vec!["nothing was heard from the server".to_owned()],
        }
    }
}
