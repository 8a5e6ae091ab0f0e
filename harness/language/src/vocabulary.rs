//! The language of scenarios and that of model files: their places, and what their words are to the builders.
//!
//! The words themselves are data, in `words`. A builder matches the role of a word without a catch-all: a word in the
//! table without a builder does not compile, or fails a test.

/// Words, items and vocabularies of scenario files.
pub type Word = offhook_schema::Word<Scenarios>;
/// A word of a scenario with its values.
pub type Item = offhook_schema::Item<Scenarios>;
/// A word of a model file with its values.
pub type ModelItem = offhook_schema::Item<Models>;
/// A word of a model file.
pub type ModelWord = offhook_schema::Word<Models>;

/// The language of scenarios.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenarios;

impl offhook_schema::Language for Scenarios {
    type Place = Place;
    type Role = Role;
}

/// The language of model files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Models;

impl offhook_schema::Language for Models {
    type Place = ModelPlace;
    type Role = Option<Trait>;
}

/// Where words of a scenario stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Outside of everything.
    File,
    /// In the `stack` of a file.
    Stack,
    /// In `scenario`.
    Scenario,
    /// In `server`.
    Server,
    /// In `port`.
    Port,
    /// In a port's `line`.
    Line,
    /// In a port's `modem`.
    Modem,
    /// In the `ppp` of the server or of a port.
    PppOptions,
    /// In `account`.
    Account,
    /// In `user`.
    User,
    /// In `caller-id`.
    CallerId,
    /// In `lan`.
    Lan,
    /// In `change`.
    Change,
    /// In `together`.
    Together,
    /// In `invariant`.
    Invariant,
    /// In `call`.
    Call,
    /// In the block of a verb.
    Step,
    /// In `packets`.
    Packets,
    /// In a packet that is sent.
    Packet,
    /// In a packet that is expected.
    Pattern,
    /// In the block of a step of `packets` that has no other.
    Known,
    /// In `fault`.
    Fault,
    /// In `incoming` or `outgoing`.
    Rule,
}

impl Place {
    /// All places, in the order of the reference.
    pub const ALL: [Self; 23] = [
        Self::File,
        Self::Stack,
        Self::Scenario,
        Self::Server,
        Self::Port,
        Self::Line,
        Self::Modem,
        Self::PppOptions,
        Self::Account,
        Self::User,
        Self::CallerId,
        Self::Lan,
        Self::Change,
        Self::Together,
        Self::Invariant,
        Self::Call,
        Self::Step,
        Self::Packets,
        Self::Packet,
        Self::Pattern,
        Self::Known,
        Self::Fault,
        Self::Rule,
    ];
}

impl offhook_schema::Place for Place {
    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Stack => "stack",
            Self::Scenario => "scenario",
            Self::Server => "server",
            Self::Port => "port",
            Self::Line => "line",
            Self::Modem => "modem",
            Self::PppOptions => "ppp",
            Self::Account => "account",
            Self::User => "user",
            Self::CallerId => "caller-id",
            Self::Lan => "lan",
            Self::Change => "change",
            Self::Together => "together",
            Self::Invariant => "invariant",
            Self::Call => "call",
            Self::Step => "verb",
            Self::Packets => "packets",
            Self::Packet => "send",
            Self::Pattern => "expect",
            Self::Known => "step",
            Self::Fault => "fault",
            Self::Rule => "incoming",
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::File => "at the top of the file",
            Self::Stack => "in the `stack` of a file",
            Self::Scenario => "in `scenario`",
            Self::Server => "in `server`",
            Self::Port => "in a `port`",
            Self::Line => "in a port's `line`",
            Self::Modem => "in a port's `modem`",
            Self::PppOptions => "in the `ppp` of the server or of a port",
            Self::Account => "in an `account`",
            Self::User => "in a `user`",
            Self::CallerId => "in `caller-id`",
            Self::Lan => "in `lan`",
            Self::Change => "in a `change`",
            Self::Together => "in `together`",
            Self::Invariant => "in an `invariant`",
            Self::Call => "in a `call`",
            Self::Step => "in the block of a verb",
            Self::Packets => "in `packets`",
            Self::Packet => "in a packet that is sent",
            Self::Pattern => "in a packet that is expected",
            Self::Known => "in the block of a step of `packets`",
            Self::Fault => "in a `fault`",
            Self::Rule => "in `incoming` or `outgoing`",
        }
    }

    fn seldom(self) -> bool {
        matches!(self, Self::Step | Self::Known)
    }
}

/// Where words of a model file stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelPlace {
    /// Outside of everything.
    File,
    /// In `parameter`.
    Parameter,
    /// In `connect`.
    Connect,
    /// In `quirks`.
    Quirks,
}

impl ModelPlace {
    /// All places, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::File, Self::Parameter, Self::Connect, Self::Quirks];
}

impl offhook_schema::Place for ModelPlace {
    fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Parameter => "parameter",
            Self::Connect => "connect",
            Self::Quirks => "quirks",
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::File => "at the top of the model file",
            Self::Parameter => "in a `parameter`",
            Self::Connect => "in a `connect`",
            Self::Quirks => "in `quirks`",
        }
    }
}

/// What a word is to the builders: one that dispatches by it finds it here. A word that has none of these is part of
/// another, which asks for it by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// In a scenario: an act.
    pub act: Option<Act>,
    /// In a call: a verb.
    pub verb: Option<Verb>,
    /// In a change: an edit.
    pub edit: Option<Edit>,
    /// In a call: of the program that calls.
    pub client: Option<ClientWord>,
    /// In a packet script: a step.
    pub packet: Option<PacketWord>,
}

impl Role {
    /// Part of another word.
    pub(crate) const PART: Self = Self { act: None, verb: None, edit: None, client: None, packet: None };

    pub(crate) const fn verb(verb: Verb) -> Self {
        Self { verb: Some(verb), ..Self::PART }
    }

    pub(crate) const fn edit(edit: Edit) -> Self {
        Self { edit: Some(edit), ..Self::PART }
    }

    pub(crate) const fn act(act: Act) -> Self {
        Self { act: Some(act), ..Self::PART }
    }

    pub(crate) const fn packet(packet: PacketWord) -> Self {
        Self { packet: Some(packet), ..Self::PART }
    }

    pub(crate) const fn client(client: ClientWord) -> Self {
        Self { client: Some(client), ..Self::PART }
    }
}

/// Acts of a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum Act {
    Call,
    Together,
    Change,
}

/// Verbs of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum Verb {
    Change,
    Deafen,
    DropCarrier,
    ExpectAddress,
    ExpectAnswer,
    ExpectArp,
    ExpectAuth,
    ExpectBusy,
    ExpectCircuit,
    ExpectCompression,
    ExpectConnect,
    ExpectDns,
    ExpectHangup,
    ExpectLog,
    ExpectLogin,
    ExpectModem,
    ExpectNoAnswer,
    ExpectNoLog,
    ExpectNoText,
    ExpectRing,
    ExpectText,
    ExpectUp,
    ExpectWins,
    FallSilent,
    Fetch,
    Flicker,
    HangUp,
    HoldOff,
    Login,
    ModemDies,
    ModemOff,
    ModemOn,
    ModemSays,
    Packets,
    Ping,
    Ppp,
    Renegotiate,
    Resolve,
    Retrain,
    Ring,
    Send,
    Type,
    Upload,
    Wait,
}

/// Edits of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum Edit {
    Account,
    Apply,
    DeleteAccount,
    DeleteFile,
    DeletePort,
    DeleteRule,
    File,
    MoveRule,
    Port,
    Ppp,
    Rule,
    User,
}

/// Steps of a packet script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum PacketWord {
    Expect,
    ExpectClosed,
    ExpectNothing,
    ExpectUp,
    First,
    Forget,
    Give,
    Ignore,
    LoopBack,
    MayClose,
    Negotiate,
    Repeat,
    Send,
    SendOctets,
    Take,
    Wait,
}

/// Words for a program that calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum ClientWord {
    Account,
    Chat,
    Modem,
    Option,
}

/// What a model file says at its top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of the table, which says what they are")]
pub enum Trait {
    CallerId,
    Command,
    Connect,
    ConnectNumber,
    DistinctiveRing,
    Factory,
    HighestRate,
    Identity,
    Inactivity,
    Information,
    Listing,
    Parameter,
    Quirks,
    Reason,
    Refuse,
    Register,
    Title,
    Wireless,
}
