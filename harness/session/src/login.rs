//! A text login as a person does it: wait for a prompt, answer it, look what comes.
//!
//! In: what was heard so far, text or a PPP frame, and time. Out: lines to type, and how it ended. Nothing is taken for a prompt before the
//! line has been silent for a moment: "login:" may be the beginning of a sentence.

use std::time::Duration;

use offhook_clock::Instant;

/// For so long nothing must have come before what came last is taken for a prompt.
const SETTLED: Duration = Duration::from_millis(300);
/// Words that no prompt follows for so long are a program's.
const WORDS: Duration = Duration::from_secs(10);
/// What shells' prompts end in.
const SHELL_PROMPTS: &[&str] = &["$ ", "# ", "% ", "> "];

/// One login.
#[derive(Clone, Debug)]
pub struct Login {
    user: String,
    password: Option<String>,
    stage: Stage,
    /// Where in what was heard the answer to what was typed last begins.
    from: usize,
    /// When something was heard last.
    heard_at: Instant,
    /// When the screen was looked at last.
    looked_at: Instant,
    /// A PPP frame has come since something was typed last.
    frame: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    User,
    Password,
    Result,
    Over,
}

/// What the person does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Types a line.
    Type(String),
    /// Knows how it ended.
    Over(LoginOutcome),
}

/// How a text login ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginOutcome {
    /// Whether a shell or program was reached.
    pub accepted: bool,
    /// What showed it: `the prompt "$ "`.
    pub by: String,
}

impl Login {
    /// A person who waits for the first prompt, which may stand there already.
    pub fn new(now: Instant, user: &str, password: Option<&str>) -> Self {
        Self {
            user: user.to_owned(),
            password: password.map(str::to_owned),
            stage: Stage::User,
            from: 0,
            heard_at: now,
            looked_at: now,
            frame: false,
        }
    }

    /// What is waited for.
    pub fn awaited(&self) -> &'static str {
        match self.stage {
            Stage::User => "a prompt that ends in \"login: \"",
            Stage::Password => "a prompt that ends in \"assword: \"",
            Stage::Result | Stage::Over => "a shell's prompt, a PPP frame, a program's words, or a refusal",
        }
    }

    /// Where in what was heard the answer to what was typed last begins.
    pub fn from(&self) -> usize {
        self.from
    }

    /// When to look again although nothing is heard.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let looks = [self.heard_at + SETTLED, self.heard_at + WORDS];
        looks.into_iter().find(|look| *look > self.looked_at && self.stage != Stage::Over)
    }

    /// Something was heard.
    pub fn hear(&mut self, now: Instant) {
        self.heard_at = now;
    }

    /// A PPP frame was heard.
    pub fn hear_frame(&mut self, now: Instant) {
        (self.heard_at, self.frame) = (now, true);
    }

    /// What to do now, if anything, after all that was heard.
    pub fn proceed(&mut self, now: Instant, heard: &str, cleared: bool) -> Option<Move> {
        self.looked_at = now;
        let silence = now.since(self.heard_at);
        let answer = heard.get(self.from..).unwrap_or_default();
        match self.stage {
            Stage::Over => None,
            Stage::User => {
                let asked = silence >= SETTLED && !cleared && ends_in(heard, "login:");
                asked.then(|| {
                    self.stage = if self.password.is_some() { Stage::Password } else { Stage::Result };
                    self.typed(heard, self.user.clone())
                })
            }
            Stage::Password | Stage::Result => {
                let answer = answer.trim_start_matches(['\r', '\n']);
                let answer = if self.stage == Stage::Password || self.password.is_none() {
                    // mgetty echoes what is typed.
                    answer.strip_prefix(self.user.as_str()).unwrap_or(answer)
                } else {
                    answer
                };
                if let Some(outcome) = outcome(answer, self.frame, silence, cleared) {
                    self.stage = Stage::Over;
                    return Some(Move::Over(outcome));
                }
                if silence < SETTLED || !ends_in(answer, "assword:") {
                    return None;
                }
                match (self.stage, self.password.clone()) {
                    (Stage::Password, Some(password)) => {
                        self.stage = Stage::Result;
                        Some(self.typed(heard, password))
                    }
                    (_, password) => {
                        self.stage = Stage::Over;
                        let again = if password.is_some() { " again" } else { "" };
                        Some(Move::Over(refused(format!("a password is asked for{again}"))))
                    }
                }
            }
        }
    }

    fn typed(&mut self, heard: &str, line: String) -> Move {
        (self.from, self.frame) = (heard.len(), false);
        Move::Type(line)
    }
}

/// What the answer to the last line typed means, if it is clear.
fn outcome(answer: &str, frame: bool, silence: Duration, cleared: bool) -> Option<LoginOutcome> {
    let settled = silence >= SETTLED;
    let last = last_line(answer);
    if answer.contains("Login incorrect") {
        Some(refused("\"Login incorrect\"".to_owned()))
    } else if frame {
        Some(accepted("a PPP frame".to_owned()))
    } else if cleared {
        Some(refused("the line was cleared".to_owned()))
    } else if settled && ends_in(answer, "login:") {
        Some(refused(format!("asked again: \"{}\"", last.trim_end())))
    } else if settled && SHELL_PROMPTS.iter().any(|prompt| answer.ends_with(prompt)) {
        Some(accepted(format!("the prompt \"{last}\"")))
    } else if silence >= WORDS && answer.contains(char::is_alphabetic) && !ends_in(answer, "assword:") {
        Some(accepted(format!("the words \"{}\"", last.trim_end())))
    } else {
        None
    }
}

fn accepted(by: String) -> LoginOutcome {
    LoginOutcome { accepted: true, by }
}

fn refused(by: String) -> LoginOutcome {
    LoginOutcome { accepted: false, by }
}

fn ends_in(text: &str, prompt: &str) -> bool {
    let text = text.trim_end_matches(' ');
    text.len()
        .checked_sub(prompt.len())
        .and_then(|at| text.get(at..))
        .is_some_and(|end| end.eq_ignore_ascii_case(prompt))
}

/// The last line with something on it, without control characters.
fn last_line(text: &str) -> String {
    let line = text.rsplit(['\r', '\n']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a login: after each piece of text the line is silent for this long. Gives every move.
    fn play(user: &str, password: Option<&str>, pieces: &[(&str, u64)], cleared: bool) -> Vec<Move> {
        let mut now = Instant::ZERO;
        let mut login = Login::new(now, user, password);
        let (mut heard, mut moves) = (String::new(), Vec::new());
        for (index, (text, millis)) in pieces.iter().enumerate() {
            heard.push_str(text);
            login.hear(now);
            let last = index + 1 == pieces.len();
            moves.extend(login.proceed(now, &heard, cleared && last));
            now += Duration::from_millis(*millis);
            moves.extend(login.proceed(now, &heard, cleared && last));
        }
        moves
    }

    fn typed(line: &str) -> Move {
        Move::Type(line.to_owned())
    }

    #[test]
    fn a_shell_is_reached_through_two_prompts() {
        let pieces = [("**EMSI\r\n\r\nserver lo", 20), ("gin: ", 400), ("bob\r\nPassword: ", 400), ("\r\n$ ", 400)];
        let over = Move::Over(accepted("the prompt \"$ \"".to_owned()));
        assert_eq!(play("bob", Some("secret"), &pieces, false), [typed("bob"), typed("secret"), over]);
    }

    #[test]
    fn the_date_of_the_last_login_is_no_prompt() {
        let pieces = [("login: ", 400), ("Password: ", 400), ("\r\nLast login:", 20), (" Mon Jan 5\r\n% ", 400)];
        let moves = play("bob", Some("secret"), &pieces, false);
        assert_eq!(moves.last(), Some(&Move::Over(accepted("the prompt \"% \"".to_owned()))));
    }

    #[test]
    fn a_bad_password_a_new_prompt_and_a_cleared_line_are_refusals() {
        for (answer, cleared, by) in [
            ("\r\nLogin incorrect\r\nserver login: ", false, "\"Login incorrect\""),
            ("\r\nserver login: ", false, "asked again: \"server login:\""),
            ("\r\n", true, "the line was cleared"),
            ("\r\nPassword: ", false, "a password is asked for again"),
        ] {
            let moves = play("bob", Some("bad"), &[("login: ", 400), ("Password: ", 400), (answer, 400)], cleared);
            assert_eq!(moves.last(), Some(&Move::Over(refused(by.to_owned()))), "{answer:?}");
        }
    }

    #[test]
    fn a_login_whose_shell_is_pppd_ends_in_a_frame() {
        let mut login = Login::new(Instant::ZERO, "ppp", None);
        // A frame that came before anything was typed answers nothing.
        login.hear_frame(Instant::ZERO);
        let prompted = Instant::ZERO + SETTLED;
        assert_eq!(login.proceed(prompted, "login: ", false), Some(typed("ppp")));
        assert_eq!(login.proceed(prompted, "login: ppp\r\n", false), None);
        login.hear_frame(prompted);
        let over = Move::Over(accepted("a PPP frame".to_owned()));
        assert_eq!(login.proceed(prompted, "login: ppp\r\n", false), Some(over));
    }

    #[test]
    fn a_password_nobody_has_is_a_refusal() {
        let moves = play("bob", None, &[("login: ", 400), ("bob\r\nPassword: ", 400)], false);
        assert_eq!(moves.last(), Some(&Move::Over(refused("a password is asked for".to_owned()))));
    }

    #[test]
    fn words_without_a_prompt_are_a_program_s_after_a_while() {
        let pieces = [("login: ", 400), ("Password: ", 400), ("\r\nWelcome to the menu", 9_900)];
        assert_eq!(play("bob", Some("x"), &pieces, false).len(), 2);
        let pieces = [("login: ", 400), ("Password: ", 400), ("\r\nWelcome to the menu", 10_000)];
        let over = Move::Over(accepted("the words \"Welcome to the menu\"".to_owned()));
        assert_eq!(play("bob", Some("x"), &pieces, false).last(), Some(&over));
    }
}
