//! Groups with many members, written as they are read: what is held at once does not depend on how many there are.

use std::collections::HashMap;

use axum::body::Body;
use serde_json::Value;

use crate::app::group_members::Reading;
use crate::domain::GroupId;
use crate::domain::group::{Group, GroupMember};
use crate::http::stream::{self, Limits, Out, Stopped};
use crate::scim::open::{joined, open, written};
use crate::scim::projection::Projection;
use crate::scim::{group, list};

/// How many groups are tried to be read in one statement.
const TOGETHER: usize = 16;

/// How groups are shown.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Which attributes.
    pub(super) kept: Projection,
    /// The URL under which `/Groups` lies.
    pub(super) base: String,
}

impl View {
    /// Whether members are read.
    pub(super) fn members(&self) -> bool {
        self.kept.wants("members")
    }

    /// Whether they are read with what to call them.
    pub(super) fn named(&self) -> bool {
        self.kept.names("members", "display")
    }

    /// A group with the members that it has, or with so many of them.
    pub(super) fn resource(&self, group: &Group, members: &[GroupMember]) -> Value {
        let members = self.members().then_some(members);
        let mut resource = group::resource(group, members, &self.base);
        self.kept.apply(&mut resource);
        resource
    }

    /// Groups, each with its own of these members.
    pub(super) fn resources(
        &self,
        groups: &[Group],
        members: Vec<(GroupId, GroupMember)>,
    ) -> Vec<Value> {
        let mut by_group: HashMap<GroupId, Vec<GroupMember>> = HashMap::new();
        for (group, member) in members {
            by_group.entry(group).or_default().push(member);
        }
        groups
            .iter()
            .map(|group| {
                let own = by_group.get(&group.id);
                self.resource(group, own.map_or(&[], Vec::as_slice))
            })
            .collect()
    }
}

/// One group, as a body.
pub(super) fn one(view: View, reading: Reading, group: Group) -> Body {
    let mut writing = Writing { view, reading };
    stream::body(Limits::USUAL, |mut out| async move {
        writing.write_one(&group, &mut out).await?;
        out.end().await
    })
}

/// A page of so many resources, as a body: first those that the message has, then groups.
pub(super) fn page(
    view: View,
    reading: Reading,
    message: Value,
    count: usize,
    groups: Vec<Group>,
) -> Body {
    let (before, after) = list::opened(message, count);
    let mut writing = Writing { view, reading };
    stream::body(Limits::USUAL, move |mut out| async move {
        let first = before.ends_with('[');
        out.write(&before).await?;
        writing.write_all(&groups, first, &mut out).await?;
        out.write(&after).await?;
        out.end().await
    })
}

struct Writing {
    view: View,
    reading: Reading,
}

impl Writing {
    /// Writes groups with commas between, and before where the first of them is not the first of all.
    async fn write_all(
        &mut self,
        groups: &[Group],
        mut first: bool,
        out: &mut Out,
    ) -> Result<(), Stopped> {
        for some in groups.chunks(TOGETHER) {
            let ids: Vec<GroupId> = some.iter().map(|group| group.id).collect();
            if let Some(members) = self.reading.few(&ids).await? {
                for resource in self.view.resources(some, members) {
                    out.write(comma(&mut first)).await?;
                    out.write(&written(&resource)).await?;
                }
                continue;
            }
            for group in some {
                out.write(comma(&mut first)).await?;
                self.write_one(group, out).await?;
            }
        }
        Ok(())
    }

    async fn write_one(&mut self, group: &Group, out: &mut Out) -> Result<(), Stopped> {
        let mut members = self.reading.after(group.id, None).await?;
        let begun = self.view.resource(group, &members);
        let Some((before, after)) = open(&begun, "members") else {
            return out.write(&written(&begun)).await;
        };
        out.write(&before).await?;
        while let Some(last) = members.last() {
            members = self.reading.after(group.id, Some(last)).await?;
            let mut more = group::members_alone(&members, &self.view.base);
            self.view.kept.apply(&mut more);
            if let Some(more) = more["members"].as_array().filter(|more| !more.is_empty()) {
                out.write(",").await?;
                out.write(&joined(more)).await?;
            }
        }
        out.write(&after).await
    }
}

/// What stands before an element.
fn comma(first: &mut bool) -> &'static str {
    if std::mem::take(first) { "" } else { "," }
}
