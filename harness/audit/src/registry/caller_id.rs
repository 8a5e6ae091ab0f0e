//! Rules about dialin.config: who is answered.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Error, Note, Warning};

family! {
RULE_DEAD = "rule-dead": [Warning];
    meaning "A caller-ID rule is never reached, and an earlier one says the opposite";
    why "The first rule that matches decides, and an earlier rule matches every number that this one does.";
    fix "move the rule above the one that matches more numbers";
    example Etc(&[file("mgetty/dialin.config", "!all\n555\n")]);
RULE_IDLE = "rule-idle": [Note];
    meaning "A caller-ID rule is never reached, and an earlier one says the same";
    why "The first rule that matches decides. This one changes nothing.";
    fix "remove the rule, or leave it";
    example Etc(&[file("mgetty/dialin.config", "555\n5551234\n!all\n")])
         => Etc(&[file("mgetty/dialin.config", "555\n!all\n")]);
CALLER_ID_TOO_EARLY = "caller-id-too-early": [Error];
    meaning "The port answers after one ring, before the caller's number is known";
    why "The number usually comes between the first and the second ring. mgetty looks at dialin.config when it answers, \
         and without a number every caller counts as `none`.";
    fix "answer after 2 rings or more (-n 2)";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -D ttyS0\n")]);
RULE_LONE_BANG = "rule-lone-bang": [Warning];
    meaning "A ! without a number denies every caller";
    why "The number after the blank is a rule of its own, which allows.";
    fix "write the ! and the number without a blank between them: !555";
    example Etc(&[file("mgetty/dialin.config", "! 555\n")]);
RULE_COMMENT = "rule-comment": [Warning];
    meaning "A # after a rule does not begin a comment";
    why "Only a line that begins with # is a comment. Here every word after the # is a rule.";
    fix "put the comment on a line of its own";
    example Etc(&[file("mgetty/dialin.config", "555 # friend\n")]);
RULE_NO_NUMBER = "rule-no-number": [Warning];
    meaning "A caller-ID rule can match no number";
    why "Numbers arrive as digits, without signs. Rules end at blanks, commas and line ends.";
    fix "write digits only, one rule a line";
    example Etc(&[file("mgetty/dialin.config", "555-1234\n")]);
CALLER_PROGRAM_MISSING = "caller-program-missing": [Error];
    meaning "A program that mgetty asks about a call does not exist";
    why "The shell that is to start it ends with status 127. For cnd-program every status but 1 means that the caller is \
         answered; for cid-program 127 means that mgetty answers after 117 rings.";
    fix "correct the path, or remove the line";
    example Etc(&[file("mgetty/mgetty.config", "cnd-program /etc/mgetty/who\n")])
         => Etc(&[file("mgetty/mgetty.config", "speed 38400\n")]);
}
