//! Rules about ports: lines of inittab, units of systemd, mgetty's flags.

use super::Example::Etc;
use super::{family, file, link, missing};
use crate::severity::Severity::{Error, Note, Warning};

family! {
NO_PORT = "no-port": [Error];
    meaning "No port is served: nobody can call";
    why "Neither /etc/inittab nor an enabled unit of systemd runs mgetty or pppd on a port.";
    fix "add a line such as S0:2345:respawn:/sbin/mgetty -n 2 ttyS0 to /etc/inittab and run `telinit q`; \
         with systemd, enable a unit that runs mgetty";
    example Etc(&[file("inittab", "#S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n")]);
PORT_TWICE = "port-twice": [Error];
    meaning "One device is served twice";
    why "Two programs read the same device. Each takes octets that the other needs, so neither works.";
    fix "remove one of the two";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS9:2345:respawn:/sbin/mgetty -n 2 /dev/ttyS0\n")]);
INITTAB_ID_TWICE = "inittab-id-twice": [Error];
    meaning "Two lines of inittab have the same id";
    why "init keeps one line for each id. The port of the other line is not served.";
    fix "give each line an id of its own";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS0:2345:respawn:/sbin/mgetty -n 2 ttyS1\n")]);
PORT_SPEED = "port-speed": [Error];
    meaning "mgetty refuses the speed of the port";
    why "The speed between computer and modem is one of the standard speeds. Speeds such as 33600 exist only between \
         modems. mgetty ends with status 2, and init starts it again and again.";
    fix "use 38400, 57600 or 115200";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -s 33600 ttyS0\n")]);
MGETTY_FLAG = "mgetty-flag": [Error];
    meaning "mgetty does not know a flag on its command line";
    why "mgetty ends with status 2, and the port is not served.";
    fix "remove the flag; mgetty(8) lists those that exist";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -Z ttyS0\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n")]);
PROMPT_COLON = "prompt-colon": [Note];
    meaning "A login prompt in inittab contains a colon";
    why "init and mgetty accept it. Webmin's PPP Dialin Server page does not: it takes the colon for the end of the \
         command and does not list the port. If the port is added there again, it is served twice.";
    fix "set the prompt in mgetty.config, as login-prompt";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"user: \" ttyS0\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n"), file("mgetty/mgetty.config", "login-prompt user:\n")]);
PROMPT_SHELL = "prompt-shell": [Warning];
    meaning "A login prompt in inittab contains $ or a backquote";
    why "init starts a command with quotes through /bin/sh. The shell replaces $NAME and backquotes before mgetty sees \
         the prompt.";
    fix "set the prompt in mgetty.config, as login-prompt";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -p \"$HOST \" ttyS0\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n"), file("mgetty/mgetty.config", "login-prompt $HOST\n")]);
COMMENTED_PORT = "commented-port": [Note];
    meaning "A port is commented out in inittab";
    why "It is not served. Webmin's PPP Dialin Server page lists it all the same.";
    fix "remove the line, or the # in front of it";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n#T3:23:respawn:/sbin/mgetty ttyS3\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n")]);
PORT_NOT_KEPT = "port-not-kept": [Error, Warning];
    meaning "mgetty is not started again after a call";
    why "mgetty serves one call and ends. Whoever starts it has to start it again, after every call and whatever its \
         exit status: pppd ends with status 16 when the caller hangs up, login with 0.";
    fix "in inittab use the action respawn and a runlevel that is used; in a unit, Restart=always";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nS1:2345:once:/sbin/mgetty -n 2 ttyS1\n")]);
UNIT_REFUSED = "unit-refused": [Error];
    meaning "systemd or upstart does not accept a unit or job that serves a port";
    why "It is not started at all, and the port is not served. `systemd-analyze verify` says the same of a unit.";
    fix "correct what the log names; a drop-in that replaces a command line needs an empty ExecStart= above its own";
    example Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty@ttyS0.service", "/etc/systemd/system/mgetty@.service"),
        file("systemd/system/mgetty@.service", "[Service]\nExecStart=/sbin/mgetty -n 2 %i\nRestart=always\n"),
        file("systemd/system/mgetty@.service.d/speed.conf", "[Service]\nExecStart=/sbin/mgetty -n 2 -s 38400 %i\n"),
    ])
         => Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty@ttyS0.service", "/etc/systemd/system/mgetty@.service"),
        file("systemd/system/mgetty@.service", "[Service]\nExecStart=/sbin/mgetty -n 2 %i\nRestart=always\n"),
        file("systemd/system/mgetty@.service.d/speed.conf", "[Service]\nExecStart=\nExecStart=/sbin/mgetty -n 2 -s 38400 %i\n"),
    ]);
INITTAB_REFUSED = "inittab-refused": [Error];
    meaning "init does not accept a line of inittab that serves a port";
    why "init logs an error and ignores the line. The port is not served.";
    fix "a line is id:runlevels:respawn:command; the id has at most four characters, the command 127";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\nttyS1:2345:respawn:/sbin/mgetty -n 2 ttyS1\n")]);
START_LIMIT = "start-limit": [Error];
    meaning "systemd gives the port up after a few calls in a row";
    why "mgetty is started again after every call. The unit limits the number of starts in a time that calls can reach; \
         the start after that fails, and systemd does not try again.";
    fix "set StartLimitIntervalSec=0 in the [Unit] section";
    example Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty.service", "/etc/systemd/system/mgetty.service"),
        file("systemd/system/mgetty.service", "[Unit]\nStartLimitIntervalSec=1h\n[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\nRestart=always\n"),
    ]);
RESTART_PAUSE = "restart-pause": [Warning];
    meaning "After every call the port does not answer for a while";
    why "systemd waits for the time of RestartSec= before it starts mgetty again. Calls in that time are not answered.";
    fix "set RestartSec=1: a second is enough";
    example Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty.service", "/etc/systemd/system/mgetty.service"),
        file("systemd/system/mgetty.service", "[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\nRestart=always\nRestartSec=2min\n"),
    ]);
UNIT_WITHOUT_TEXT = "unit-without-text": [Warning];
    meaning "A unit is enabled, but its file is not among those that were read";
    why "The file is outside /etc, or does not exist. What the unit runs is not part of this audit.";
    fix "audit the whole machine (--root), or look at `systemctl cat`";
    example Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty.service", "/etc/systemd/system/mgetty.service"),
        file("systemd/system/mgetty.service", "[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n"),
        link("systemd/system/multi-user.target.wants/mgetty-x.service", "/lib/systemd/system/mgetty-x.service"),
    ]);
INITTAB_UNREAD = "inittab-unread": [Error];
    meaning "The ports are in inittab, and the machine uses systemd or upstart";
    why "Neither reads inittab. The ports in it are not served.";
    fix "write a unit (with upstart, a job) that runs mgetty on the port, and enable it";
    example Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty.service", "/etc/systemd/system/mgetty.service"),
        file("systemd/system/mgetty.service", "[Service]\nExecStart=/sbin/mgetty -n 2 ttyS0\n"),
    ])
         => Etc(&[
        link("systemd/system/multi-user.target.wants/mgetty@ttyS0.service", "/etc/systemd/system/mgetty@.service"),
        link("systemd/system/multi-user.target.wants/mgetty@ttyS1.service", "/etc/systemd/system/mgetty@.service"),
        file("systemd/system/mgetty@.service", "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/sbin/mgetty -n 2 %i\nRestart=always\n"),
        missing("inittab"),
    ]);
RINGBACK = "ringback": [Note];
    meaning "The port answers only the second of two calls (ringback)";
    why "A first call is never answered. The caller has to let it ring, hang up and call again.";
    fix "remove -R, or ringback in mgetty.config, if callers do not know this";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 -R 60 ttyS0\n")])
         => Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\n")]);
DOS_LINE_ENDS = "dos-line-ends": [Error];
    meaning "A file has DOS line ends (CR LF)";
    why "The CR becomes part of the last word of every line, so device names, numbers and options are wrong.";
    fix "remove them: sed -i 's/\\r$//' FILE";
    example Etc(&[file("inittab", "S0:2345:respawn:/sbin/mgetty -n 2 ttyS0\r\n")]);
}
