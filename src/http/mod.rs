//! HTTP: read the request, call a use case, write the answer. No SQL and no transaction is seen here.

pub(crate) mod health;
pub(crate) mod middleware;
pub(crate) mod router;
