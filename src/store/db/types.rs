//! How the domain's values look in each engine: native types on PostgreSQL, text and integers on SQLite.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef};
use sqlx::sqlite::{SqliteArgumentsBuffer, SqliteTypeInfo, SqliteValueRef};
use sqlx::types::Uuid;
use sqlx::{Decode, Encode, Postgres, Sqlite, Type};

use crate::domain::{
    AccountId, ConnectionId, DeliveryId, EventId, GroupId, InvitationId, KeyId, LoggedRequestId,
    MailId, MemberId, MemberNumber, OrganizationId, PersonalTokenId, ProjectId, ReceiverId,
    ScimTokenId, SessionId, TagId, TagImportId, Timestamp, WebhookId, WorkspaceId,
};

/// An id is a UUID on PostgreSQL and its hyphenated text on SQLite, where people then can read it.
macro_rules! uuid_column {
    ($($name:ident),*) => {$(
        impl Type<Sqlite> for $name {
            fn type_info() -> SqliteTypeInfo {
                <String as Type<Sqlite>>::type_info()
            }
        }
        impl Encode<'_, Sqlite> for $name {
            fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Sqlite>::encode(self.0.hyphenated().to_string(), buffer)
            }
        }
        impl<'r> Decode<'r, Sqlite> for $name {
            fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self(Uuid::try_parse(<&str as Decode<Sqlite>>::decode(value)?)?))
            }
        }
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <Uuid as Type<Postgres>>::type_info()
            }
        }
        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Postgres>::encode_by_ref(&self.0, buffer)
            }
        }
        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self(<Uuid as Decode<Postgres>>::decode(value)?))
            }
        }
    )*};
}

uuid_column!(
    MemberId,
    GroupId,
    AccountId,
    EventId,
    ConnectionId,
    ReceiverId,
    WebhookId,
    DeliveryId,
    ScimTokenId,
    LoggedRequestId,
    KeyId,
    MailId,
    InvitationId,
    PersonalTokenId,
    SessionId
);

/// A number is a number on both.
macro_rules! number_column {
    ($($name:ident),*) => {$(
        impl Type<Sqlite> for $name {
            fn type_info() -> SqliteTypeInfo {
                <i64 as Type<Sqlite>>::type_info()
            }
            fn compatible(other: &SqliteTypeInfo) -> bool {
                <i64 as Type<Sqlite>>::compatible(other)
            }
        }
        impl Encode<'_, Sqlite> for $name {
            fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Sqlite>::encode_by_ref(&self.0, buffer)
            }
        }
        impl<'r> Decode<'r, Sqlite> for $name {
            fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self(<i64 as Decode<Sqlite>>::decode(value)?))
            }
        }
        impl Type<Postgres> for $name {
            fn type_info() -> PgTypeInfo {
                <i64 as Type<Postgres>>::type_info()
            }
        }
        impl Encode<'_, Postgres> for $name {
            fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
                Encode::<Postgres>::encode_by_ref(&self.0, buffer)
            }
        }
        impl<'r> Decode<'r, Postgres> for $name {
            fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(Self(<i64 as Decode<Postgres>>::decode(value)?))
            }
        }
    )*};
}

number_column!(
    OrganizationId,
    MemberNumber,
    ProjectId,
    WorkspaceId,
    TagId,
    TagImportId
);

/// Milliseconds from 1970 to 2000-01-01T00:00:00Z, from where PostgreSQL counts.
const POSTGRES_EPOCH: i64 = 946_684_800_000;

impl Type<Sqlite> for Timestamp {
    fn type_info() -> SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
    fn compatible(other: &SqliteTypeInfo) -> bool {
        <i64 as Type<Sqlite>>::compatible(other)
    }
}

impl Encode<'_, Sqlite> for Timestamp {
    fn encode_by_ref(&self, buffer: &mut SqliteArgumentsBuffer) -> Result<IsNull, BoxDynError> {
        Encode::<Sqlite>::encode_by_ref(&self.0, buffer)
    }
}

impl<'r> Decode<'r, Sqlite> for Timestamp {
    fn decode(value: SqliteValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(<i64 as Decode<Sqlite>>::decode(value)?))
    }
}

impl Type<Postgres> for Timestamp {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("timestamptz")
    }
}

/// The wire form of TIMESTAMPTZ is the number of microseconds since 2000.
impl Encode<'_, Postgres> for Timestamp {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let microseconds = self
            .0
            .checked_sub(POSTGRES_EPOCH)
            .and_then(|ms| ms.checked_mul(1000))
            .ok_or("a moment out of range")?;
        Encode::<Postgres>::encode_by_ref(&microseconds, buffer)
    }
}

impl<'r> Decode<'r, Postgres> for Timestamp {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        let microseconds = <i64 as Decode<Postgres>>::decode(value)?;
        Ok(Self(microseconds.div_euclid(1000) + POSTGRES_EPOCH))
    }
}
