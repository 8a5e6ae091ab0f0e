//! Why systemd does not start a service at all, in its own words (service.c, `service_verify`, and load-fragment.c, 252).

use std::fmt;

use super::exec::Fault;
use crate::source::Place;

/// Why systemd refuses a unit when it loads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It runs nothing.
    NothingToRun,
    /// Only a one-shot service can do without `ExecStart=`.
    NoStart,
    /// A one-shot service without `ExecStart=` has to remain.
    NoStartAndNotKept,
    /// More than one command, and it is no one-shot service.
    TwoStarts,
    /// A one-shot service that is started again after a success.
    OneShotRestart,
    /// A one-shot service that waits for its cgroup.
    OneShotExitType,
    /// `Type=dbus` without `BusName=`.
    NoBusName,
    /// A command line; where it stands.
    Command(Place, Fault),
    /// A path that has to be absolute; which setting, and where it stands.
    RelativePath(Place, &'static str, String),
    /// A name that no user or group can have; where it stands.
    BadUser(Place, String),
    /// A section header without its bracket; where it stands.
    Header(Place, String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToRun => f.write_str("Service has no ExecStart=, ExecStop=, or SuccessAction=. Refusing."),
            Self::NoStart => f.write_str(
                "Service has no ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.",
            ),
            Self::NoStartAndNotKept => f.write_str(
                "Service has no ExecStart= and no SuccessAction= settings and does not have RemainAfterExit=yes set. Refusing.",
            ),
            Self::TwoStarts => f.write_str(
                "Service has more than one ExecStart= setting, which is only allowed for Type=oneshot services. Refusing.",
            ),
            Self::OneShotRestart => f.write_str(
                "Service has Restart= set to either always or on-success, which isn't allowed for Type=oneshot services. Refusing.",
            ),
            Self::OneShotExitType => f.write_str(
                "Service has ExitType=cgroup set, which isn't allowed for Type=oneshot services. Refusing.",
            ),
            Self::NoBusName => {
                f.write_str("Service is of type D-Bus but no D-Bus service name has been specified. Refusing.")
            }
            Self::Command(place, fault) => write!(f, "{place}: {fault}"),
            Self::RelativePath(place, key, path) => write!(f, "{place}: {key}= path is not absolute: {path}"),
            Self::BadUser(place, name) => write!(f, "{place}: Invalid user/group name or numeric ID: {name}"),
            Self::Header(place, line) => write!(f, "{place}: Invalid section header '{line}'"),
        }
    }
}

impl Refused {
    /// Where its cause stands, if at one place.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Command(place, _)
            | Self::RelativePath(place, _, _)
            | Self::BadUser(place, _)
            | Self::Header(place, _) => Some(place),
            Self::NothingToRun
            | Self::NoStart
            | Self::NoStartAndNotKept
            | Self::TwoStarts
            | Self::OneShotRestart
            | Self::OneShotExitType
            | Self::NoBusName => None,
        }
    }
}
