//! Roles as the API shows them: the rules R5 to R17.

mod file;
mod late;
mod lifecycle;
mod order;
mod preview;
mod projects;
mod rules;
