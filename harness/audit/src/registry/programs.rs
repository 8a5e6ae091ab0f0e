//! Rules about the programs that serve ports and callers: those that are not installed, others than mgetty, pppd started by
//! init, ports that are closed.

use super::Example::{Etc, Missing};
use super::{family, file, missing};
use crate::severity::Severity::{Error, Note, Warning};

family! {
PROGRAM_MISSING = "program-missing": [Error];
    meaning "The program that is to serve a port is not installed";
    why "init starts it again and again, in vain. Nobody is answered.";
    fix "install the program, or name the one that is there";
    example Missing { files: &[], programs: &["/sbin/mgetty"] };
PPP_PROGRAM_MISSING = "ppp-program-missing": [Error];
    meaning "A program that callers need for PPP is not installed";
    why "mgetty answers and recognises PPP, and then pppd does not start, or ends before it says anything. The caller is \
         disconnected.";
    fix "install the program, or name the one that is there";
    example Missing { files: &[], programs: &["/usr/sbin/pppd"] };
LOGIN_PROGRAM_MISSING = "login-program-missing": [Error, Warning];
    meaning "A program that a name typed at the prompt is to start is not installed";
    why "mgetty asks for a name, cannot execute the program, and hangs up.";
    fix "install the program, or name the one that is there";
    example Missing { files: &[], programs: &["/bin/login"] };
SCRIPT_MISSING = "script-missing": [Warning];
    meaning "A program that pppd is to run before or after a call is not installed";
    why "pppd logs that, and the call goes on. What the program is for is not done.";
    fix "install the program, or take the option out";
    example Missing {
        files: &[file("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\ndisconnect /usr/local/sbin/after-call\n")],
        programs: &["/usr/local/sbin/after-call"],
    };
PORT_NOT_AUDITED = "port-not-audited": [Note];
    meaning "A port is served by a program that is not audited";
    why "Only mgetty and pppd are audited. What callers meet on this port is not known here.";
    fix "nothing has to change; look at the port by other means";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS1:2345:respawn:/sbin/getty -L ttyS1 9600 vt100\n")]);
PROGRAM_MISSPELLED = "program-misspelled": [Error];
    meaning "The name of a program that is to serve a port is misspelled";
    why "There is no such program. init starts it again and again, and the port is not served.";
    fix "correct the name";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS1:2345:respawn:/sbin/mgety -n 2 ttyS1\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS1:2345:respawn:/sbin/mgetty -n 2 ttyS1\n")]);
INITTAB_UNENDED = "inittab-unended": [Warning];
    meaning "The last line of inittab has no line end";
    why "sysvinit from 3.14 on ignores such a line, and the port in it is not served. Older ones accept it.";
    fix "add a line end to the file";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS1:2345:respawn:/sbin/mgetty -n 2 ttyS1")]);
PPPD_DETACHES = "pppd-detaches": [Warning, Error];
    meaning "init starts pppd without nodetach";
    why "pppd goes on in the background, and the process that init started ends at once. init starts the next pppd while \
         the first has the port, disables the line for five minutes, and may miss the end of a call by as long. systemd \
         ends the first pppd with the process it started.";
    fix "add nodetach to the options of pppd";
    example Etc(&[file("inittab", "S0:2345:respawn:/usr/sbin/pppd /dev/ttyS0 115200 auth +pap\n")]);
PPPD_STARTS_OVER = "pppd-starts-over": [Note];
    meaning "init starts pppd, which starts over every 31 s until somebody calls";
    why "pppd sends ten Configure-Requests, 3 s apart, and ends with \"LCP: timeout sending Config-Requests\"; init starts \
         the next one. A caller who comes after the tenth has no time left: one in ten, where DCD is on without a call. With \
         passive pppd goes on waiting for the caller's Configure-Request.";
    fix "add passive to the options of pppd";
    example Etc(&[file("inittab", "S0:2345:respawn:/usr/sbin/pppd nodetach /dev/ttyS0 115200 auth +pap\n")]);
PPPD_NO_DEVICE = "pppd-no-device": [Error];
    meaning "init starts pppd, and nothing names the port";
    why "pppd without a device takes its standard input, which is no terminal under init: it ends with \"no device \
         specified and stdin is not a tty\".";
    fix "name the port on the command line, or in the file that `call` or `file` names";
    example Etc(&[file("inittab", "S0:2345:respawn:/usr/sbin/pppd nodetach auth +pap\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/usr/sbin/pppd nodetach passive /dev/ttyS0 115200 auth +pap\n")]);
PORT_CLOSED = "port-closed": [Warning];
    meaning "A file /etc/nologin.PORT closes the port: mgetty answers nobody";
    why "While the file exists, mgetty counts the rings and never answers. Somebody may have forgotten it.";
    fix "remove the file when the port is to be open";
    example Etc(&[file("nologin.ttyS0", "closed\n")])
         => Etc(&[missing("nologin.ttyS0")]);
LOGINS_CLOSED = "logins-closed": [Warning];
    meaning "The file /etc/nologin lets nobody but root log in";
    why "login refuses all users but root while the file exists. mgetty answers, and PPP by /AutoPPP/ works.";
    fix "remove the file when users are to log in";
    example Etc(&[file("nologin", "maintenance\n")])
         => Etc(&[missing("nologin")]);
}
