//! The kinds of mistakes in scenarios and model files: those of any vocabulary, and those of this language.
//!
//! Each has a broken file among the tests.

pub use offhook_schema::fault::*;

offhook_schema::faults! {
    /// Every kind that only this language has.
    OWN:
    /// A directory holds no `.kdl` file.
    EMPTY_DIRECTORY = "empty-directory",
    /// The file holds no scenario.
    NO_SCENARIO = "no-scenario",
    /// A speed no port can be set to.
    BAD_SPEED = "bad-speed",
    /// A name or a password that is longer than what carries it.
    TOO_LONG = "too-long",
    /// A text that is not a device name.
    BAD_DEVICE = "bad-device",
    /// A text that is not a path.
    BAD_PATH = "bad-path",
    /// A text that is not a URL of HTTP.
    BAD_URL = "bad-url",
    /// A text that is not a telephone number.
    BAD_NUMBER = "bad-number",
    /// A variable that is not declared, or twice.
    BAD_VARIABLE = "bad-variable",
    /// A case without a value that it needs, with one that nothing uses, or one that is not there.
    BAD_CASE = "bad-case",
    /// A shared block that is not declared, twice, or uses itself.
    BAD_SHARED = "bad-shared",
    /// A file that cannot be included.
    BAD_INCLUDE = "bad-include",
    /// Two scenarios of one name in a file.
    SAME_NAME = "same-name",
    /// Two ports of one name, or two lines of one number.
    SAME_PORT = "same-port",
    /// A modem model that is not known.
    UNKNOWN_MODEL = "unknown-model",
    /// A file of a modem model that cannot be read, or is wrong.
    BAD_MODEL = "bad-model",
    /// A call to a port that is not declared, or to none when there are several.
    UNKNOWN_PORT = "unknown-port",
    /// Two calls at once on one line.
    LINE_TAKEN = "line-taken",
    /// A call, a `change` or a `together` in which too little happens.
    EMPTY_CALL = "empty-call",
    /// An edit of something that is not there.
    NOT_THERE = "not-there",
    /// An `/etc` that cannot be used.
    BAD_ETC = "bad-etc",
    /// A stack that cannot be made.
    BAD_STACK = "bad-stack",
    /// A user name without a password, or the reverse.
    HALF_LOGIN = "half-login",
    /// Things that exclude each other.
    CONTRADICTION = "contradiction",
    /// A verb that cannot come after those before it.
    IMPOSSIBLE_ORDER = "impossible-order",
    /// A deviation or a known failure on a stack the scenario does not run on, twice on one stack, or without a difference.
    BAD_DEVIATION = "bad-deviation",
    /// A packet that cannot be written down: an unknown protocol, code or option, or a value that it cannot have.
    BAD_PACKET = "bad-packet",
}
