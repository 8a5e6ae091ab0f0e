//! Rules about mgetty.config.

use super::Example::Etc;
use super::{family, file};
use crate::severity::Severity::{Error, Note, Warning};

family! {
MGETTY_KEY = "mgetty-key": [Warning];
    meaning "mgetty does not know a keyword of mgetty.config";
    why "mgetty logs \"something foul in config line\" and ignores the line: the setting has no effect.";
    fix "correct the keyword, or remove the line";
    example Etc(&[file("mgetty/mgetty.config", "ringss 3\n")]);
MGETTY_NUMBER = "mgetty-number": [Warning];
    meaning "A setting of mgetty.config needs a number and has none";
    why "mgetty ignores the line and uses its default.";
    fix "write a number";
    example Etc(&[file("mgetty/mgetty.config", "rings many\n")])
         => Etc(&[file("mgetty/mgetty.config", "rings 3\n")]);
MGETTY_BOOL = "mgetty-bool": [Warning];
    meaning "A value that looks like yes means no to mgetty";
    why "Only words that begin with y or t, the word on, and an empty value mean yes. 1 means no.";
    fix "write yes or no";
    example Etc(&[file("mgetty/mgetty.config", "data-only 1\n")])
         => Etc(&[file("mgetty/mgetty.config", "data-only yes\n")]);
MGETTY_FLOW = "mgetty-flow": [Warning];
    meaning "A flow control setting of mgetty.config has an unknown value";
    why "mgetty knows rts, hard, xon, soft, both and none, and ignores the line otherwise.";
    fix "use rts, xon, both or none";
    example Etc(&[file("mgetty/mgetty.config", "data-flow crtscts\n")])
         => Etc(&[file("mgetty/mgetty.config", "data-flow rts\n")]);
MGETTY_SECTION_PATH = "mgetty-section-path": [Error];
    meaning "A section of mgetty.config names its port with /dev/ and is ignored";
    why "mgetty removes /dev/ from the device on its command line, but not from the name of a section. The two are \
         never equal, so no setting of the section is used.";
    fix "name the section without /dev/: port ttyS0";
    example Etc(&[file("mgetty/mgetty.config", "port /dev/ttyS0\n rings 3\n")]);
MGETTY_SECTION = "mgetty-section": [Note];
    meaning "A section of mgetty.config is for a port that is not served";
    why "A section is used if its name is the device on mgetty's command line, without /dev/.";
    fix "remove the section, or correct its name";
    example Etc(&[file("mgetty/mgetty.config", "port ttyS7\n debug 9\n")])
         => Etc(&[file("mgetty/mgetty.config", "port ttyS0\n debug 9\n")]);
MGETTY_TIME = "mgetty-time": [Note];
    meaning "A time in mgetty.config is shorter than mgetty lets it be";
    why "mgetty raises modem-check-time to 900 seconds and ringback-time to 30. A modem that does not react any more is \
         found out only then. A negative modem-check-time turns the check off.";
    fix "write the time that holds, or remove the line";
    example Etc(&[file("mgetty/mgetty.config", "modem-check-time 60\n")])
         => Etc(&[file("mgetty/mgetty.config", "modem-check-time 900\n")]);
MGETTY_MODE = "mgetty-mode": [Warning];
    meaning "A mode in mgetty.config is decimal";
    why "mgetty reads a number that begins with 0 as octal, and every other one as decimal: 600 is the mode 1130, with which \
         the owner of the device can neither read nor write it.";
    fix "write a 0 in front: port-mode 0600";
    example Etc(&[file("mgetty/mgetty.config", "port-mode 600\n")]);
}
