//! A server with nothing wrong, of which every example is a change.

use super::{Sample, SampleContent};
use offhook_etc::{Etc, RawFile};

/// Its files below `/etc`: two ports, PAP accounts, rules of caller ID, addresses.
pub const FILES: &[(&str, &str)] = &[
    ("hostname", "dialin\n"),
    (
        "inittab",
        "id:2:initdefault:\nS0:2345:respawn:/sbin/mgetty -D -s 57600 -n 2 ttyS0\nS1:2345:respawn:/sbin/mgetty -D -s 57600 -n 2 ttyS1\n",
    ),
    ("mgetty/mgetty.config", "debug 4\nspeed 38400\n"),
    ("mgetty/login.config", "/AutoPPP/ - a_ppp /usr/sbin/pppd auth -chap +pap debug\n* - - /bin/login @\n"),
    ("mgetty/dialin.config", "555\n!all\n"),
    ("ppp/options", "asyncmap 0\nauth\ncrtscts\nlock\nmodem\nidle 300\nnoipv6\nms-dns 192.168.32.1\n"),
    ("ppp/options.ttyS0", "192.168.32.1:192.168.32.105\n"),
    ("ppp/options.ttyS1", "192.168.32.1:192.168.32.106\n"),
    ("ppp/pap-secrets", "alice * secret *\nbob * other *\n"),
    ("ppp/chap-secrets", "# client server secret addresses\n"),
    ("passwd", "root:x:0:0:root:/root:/bin/bash\nbob:x:1000:1000::/home/bob:/bin/sh\n"),
    ("shadow", "root:*:19700:0:99999:7:::\nbob:$6$salt$hash:19700:0:99999:7:::\n"),
];

/// The server with the files of an example in place of its own.
pub fn with(samples: &[Sample]) -> Etc {
    let others: Vec<_> =
        FILES.iter().filter(|(path, _)| !samples.iter().any(|sample| sample.path == *path)).copied().collect();
    let files = samples.iter().filter_map(|sample| {
        let mut file = match sample.content {
            SampleContent::Text(text) => RawFile::text(sample.path, text),
            SampleContent::Link(target) => RawFile::link(sample.path, target),
            SampleContent::Missing => return None,
        };
        file.mode = sample.mode.unwrap_or(file.mode);
        Some(file)
    });
    Etc::of_texts(&others, files.collect())
}
