//! Rules about pppd's options.

use super::Example::Etc;
use super::{family, file, missing};
use crate::severity::Severity::{Error, Note, Warning};

family! {
OPTION_UNKNOWN = "option-unknown": [Error];
    meaning "pppd does not know an option and ends: nobody gets PPP";
    why "pppd reads all options before it starts. One unknown word ends it, on every port that reads the file.";
    fix "correct the word, remove it, or put quotes around what belongs together";
    example Etc(&[file("ppp/options", "auth\nlcp-echo-intervall 30\nlcp-echo-failure 4\n")]);
OPTION_VERSION = "option-version": [Warning, Error, Note];
    meaning "An option is known to some versions of pppd only";
    why "A version that does not know it ends, and nobody gets PPP. It is an error if the machine has that version, which \
         debian_version or os-release tells.";
    fix "remove the option, or make sure that the machine has a version that knows it";
    example Etc(&[file("ppp/options", "auth\nipx\n")]);
OPTION_VALUE = "option-value": [Error, Warning];
    meaning "An option has no value, one that pppd refuses, or one that is not what it looks like";
    why "pppd ends if a value is missing, is no number or is out of range. It reads numbers as C does: 08 is octal and so 0, \
         and what follows the digits is ignored, so `idle 5m` is 5 seconds. A name for an address has to be in /etc/hosts \
         or known to a DNS server; 10.0.0.100-200 is neither.";
    fix "write seconds in digits only, and addresses in digits";
    example Etc(&[file("ppp/options", "auth\nmtu 70\n")])
         => Etc(&[file("ppp/options", "auth\nmtu 576\n")]);
OPTIONS_QUOTE = "options-quote": [Error];
    meaning "A quote in an options file is never closed";
    why "pppd takes the rest of the file as one word.";
    fix "close the quote";
    example Etc(&[file("ppp/options", "auth\nipparam \"x\n")])
         => Etc(&[file("ppp/options", "auth\nipparam \"x\"\n")]);
OPTIONS_FILE_MISSING = "options-file-missing": [Error];
    meaning "pppd is told to read a file that does not exist, and ends";
    why "The options file and call name files that pppd has to read. Without them nobody gets PPP.";
    fix "create the file, or remove the option";
    example Etc(&[file("ppp/options", "auth\nfile /etc/ppp/nosuch\n")])
         => Etc(&[file("ppp/options", "auth\nfile /etc/ppp/options.server\n"), file("ppp/options.server", "lock\n")]);
OPTIONS_FILE_CIRCLE = "options-file-circle": [Error];
    meaning "A file of options names itself: pppd opens it until it can open no more, and ends";
    why "pppd opens the file that `file` or call names while it reads the one that names it. Nobody gets PPP. Measured with \
         ppp 2.4.9 and 2.5.2: \"Can't open options file: Too many open files\".";
    fix "remove the option from the file that is named";
    example Etc(&[file("ppp/options", "auth\nfile /etc/ppp/options\n")]);
OPTIONS_FILE_UNREAD = "options-file-unread": [Warning, Note];
    meaning "An options file belongs to no port: pppd does not read it";
    why "pppd reads /etc/ppp/options.TTY, where TTY is the device without /dev/, with a dot for each /.";
    fix "rename the file, or remove it";
    example Etc(&[missing("ppp/options.ttyS0"), file("ppp/options.dev.ttyS0", "192.168.32.1:192.168.32.105\n")]);
OPTIONS_FILE_LINK = "options-file-link": [Note];
    meaning "pppd does not read the options file if the device is a link";
    why "pppd uses the name of the device itself, not the name of a link to it.";
    fix "put the device's own name on the pppd line of login.config";
    example Etc(&[
        file("ppp/options.modem", "lock\n"),
        file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 modem\n"),
    ])
         => Etc(&[
        file("ppp/options.modem", "lock\n"),
        file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n"),
    ]);
IDLE_ZERO = "idle-zero": [Note];
    meaning "idle 0 means no idle timeout";
    why "A call without traffic is not ended.";
    fix "write the number of seconds, or remove the option";
    example Etc(&[file("ppp/options", "auth\nidle 0\n")])
         => Etc(&[file("ppp/options", "auth\nidle 300\nnoipv6\n")]);
IDLE_IPV6 = "idle-ipv6": [Note];
    meaning "With IPv6 the idle timeout comes later than configured";
    why "Router solicitations count as traffic. Linux repeats them at growing intervals: 300 s become 900 s.";
    fix "add noipv6 if nobody needs IPv6";
    example Etc(&[file("ppp/options", "auth\nidle 300\n")])
         => Etc(&[file("ppp/options", "auth\nidle 300\nnoipv6\n")]);
LOCAL_ON_MODEM = "local-on-modem": [Warning, Note];
    meaning "With local, pppd does not notice that a caller hangs up";
    why "local tells pppd to ignore the carrier. Without LCP echoes pppd keeps the line, and further calls are not \
         answered.";
    fix "write modem instead of local";
    example Etc(&[file("ppp/options", "auth\nlocal\n")]);
MODEM_ON_DIRECT = "modem-on-direct": [Note];
    meaning "On a direct line, modem needs a cable that carries DCD";
    why "modem tells pppd to hang up when the carrier (DCD, circuit 109) is off. A cable without that wire never has it on.";
    fix "write local, if the cable does not carry DCD";
    example Etc(&[
        file("inittab", "S0:2345:respawn:/sbin/mgetty -r ttyS0\n"),
        file("ppp/options.ttyS0", "modem\n"),
    ])
         => Etc(&[
        file("inittab", "S0:2345:respawn:/sbin/mgetty -r ttyS0\n"),
        file("ppp/options.ttyS0", "local\n192.168.32.1:192.168.32.105\n"),
    ]);
}
