//! The mapping rules: read, saved with effect on everybody at once (R12), and explained (R6).

use std::collections::BTreeMap;

use super::{Caller, roles};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::mapping::{Mapping, MappingChange, RoleRule, groups_touched};
use crate::domain::name;
use crate::domain::organization::Organization;
use crate::domain::role::{self, ProjectRole, ProjectRuleMatch, Role, RoleSource, Why};
use crate::domain::{MemberId, MemberNumber, ProjectId, WorkspaceId};
use crate::store::db::Tx;
use crate::store::roles::RoleChange;
use crate::store::{
    mapping, members, organizations, places, project_members, projects, roles as facts,
    workspace_members,
};

const MISSING: Error = Error::NotFound("member");

/// All rules of the organization.
pub(crate) async fn find(caller: &Caller) -> Result<Mapping, Error> {
    caller.must_administer()?;
    let mut tx = caller.db.read().await?;
    mapping::find(&mut tx, caller.organization).await
}

/// The organization, with the facts that decide over all its members.
pub(crate) async fn find_organization(caller: &Caller) -> Result<Organization, Error> {
    let mut tx = caller.db.read().await?;
    organizations::find(&mut tx, caller.organization)
        .await?
        .ok_or(Error::NotFound("organization"))
}

/// Saves rules, and derives the role of everybody they concern; the rules from now on, and how many members have
/// another role.
pub(crate) async fn change(
    caller: &Caller,
    change: MappingChange,
) -> Result<(Mapping, u64), Error> {
    caller.must_administer()?;
    // Alone: who changes memberships at the same time is either seen here or sees the new rules.
    let mut tx = caller.write_alone().await?;
    let (saved, changed) = apply(caller, &mut tx, change).await?;
    tx.commit().await?;
    Ok((saved, changed.len() as u64))
}

/// The same in a transaction that is alone; with each change of a role, of which one member may have several.
pub(super) async fn apply(
    caller: &Caller,
    tx: &mut Tx,
    change: MappingChange,
) -> Result<(Mapping, Vec<RoleChange>), Error> {
    let before = mapping::find(tx, caller.organization).await?;
    if let Some(rules) = &change.roles {
        one_role_a_group(rules)?;
        mapping::replace_role_rules(tx, caller.organization, rules).await?;
    }
    if let Some(rules) = &change.projects {
        for rule in rules {
            must_exist(caller, tx, rule.project).await?;
        }
        let mut rules = rules.clone();
        rules.sort();
        rules.dedup();
        mapping::replace_project_rules(tx, caller.organization, &rules).await?;
    }
    if let Some(rules) = &change.workspaces {
        let mut rules = rules.clone();
        rules.sort();
        rules.dedup();
        mapping::replace_workspace_rules(tx, caller.organization, &rules).await?;
    }
    let after = mapping::find(tx, caller.organization).await?;
    let mut changed = Vec::new();
    if before != after {
        caller
            .record(
                tx,
                vec![Event::mapping_changed(caller.organization, &before, &after)],
            )
            .await?;
        for group in groups_touched(&before.roles, &after.roles) {
            changed.extend(roles::derive_group(caller, tx, &group).await?);
        }
    }
    Ok((after, changed))
}

fn one_role_a_group(rules: &[RoleRule]) -> Result<(), Error> {
    let mut seen: BTreeMap<&str, Role> = BTreeMap::new();
    for rule in rules {
        if let Some(other) = seen.insert(&rule.group, rule.role) {
            return Err(Error::Invalid(format!(
                "the group {:?} is mapped to {} and again to {}; a group gives one role in the organization",
                rule.group,
                other.name(),
                rule.role.name()
            )));
        }
    }
    Ok(())
}

async fn must_exist(caller: &Caller, tx: &mut Tx, project: ProjectId) -> Result<(), Error> {
    if projects::exists(tx, caller.organization, project).await? {
        return Ok(());
    }
    Err(Error::Invalid(format!(
        "there is no project {} in this organization",
        project.0
    )))
}

/// Lets admins give roles by hand, or leaves roles to the directory alone (R5, R17).
pub(crate) async fn set_manual_management(caller: &Caller, manual: bool) -> Result<(), Error> {
    caller.must_administer()?;
    let mut tx = caller.write_alone().await?;
    apply_manual_management(caller, &mut tx, manual).await?;
    tx.commit().await
}

/// The same in a transaction that is alone.
pub(super) async fn apply_manual_management(
    caller: &Caller,
    tx: &mut Tx,
    manual: bool,
) -> Result<(), Error> {
    if organizations::update_manual_role_management(tx, caller.organization, manual).await? == 0 {
        return Ok(());
    }
    let told = Event::manual_management_changed(caller.organization, manual);
    caller.record(tx, vec![told]).await?;
    roles::derive_all(caller, tx).await?;
    Ok(())
}

/// A role in a project, and the rules that were considered for it.
pub(crate) struct ProjectStanding {
    /// The project.
    pub(crate) project: ProjectId,
    /// The role there; `None` where the organization role gives no access.
    pub(crate) role: Option<Role>,
    /// What somebody has given there by hand, or the workspace of the project gives.
    pub(crate) by_hand: Option<ProjectRole>,
    /// Every rule that names a group of the member, highest first.
    pub(crate) considered: Vec<ProjectRuleMatch>,
}

/// A group of the member that no rule gives a role for.
pub(crate) struct Unmatched {
    /// The group.
    pub(crate) group: String,
    /// Through what the member is in it.
    pub(crate) source: RoleSource,
    /// A rule's group that differs from it by case alone: perhaps what was meant.
    pub(crate) near_miss: Option<String>,
}

/// Where a member stands and why (R6).
pub(crate) struct Explanation {
    /// The member's number.
    pub(crate) number: MemberNumber,
    /// The role in the organization.
    pub(crate) role: Role,
    /// The whole chain.
    pub(crate) why: Why,
    /// The names of all groups, of the directory's and of sign-ons', each once.
    pub(crate) groups: Vec<String>,
    /// Groups that gave no role in the organization.
    pub(crate) unmatched: Vec<Unmatched>,
    /// Roles in projects.
    pub(crate) projects: Vec<ProjectStanding>,
    /// Workspaces that rules give a place in.
    pub(crate) workspaces: Vec<WorkspaceId>,
}

/// Explains a member's roles; Owner and Administrators may ask of everybody, others of themselves.
pub(crate) async fn explain(caller: &Caller, number: MemberNumber) -> Result<Explanation, Error> {
    let mut tx = caller.db.read().await?;
    let id = members::find_id(&mut tx, caller.organization, number).await?;
    if caller.actor != id.map_or(caller.actor, crate::domain::event::Actor::Member) || id.is_none()
    {
        caller.must_administer()?;
    }
    standing(caller, &mut tx, id.ok_or(MISSING)?, number).await
}

/// Where the caller stands, for `whoami`.
pub(crate) async fn own_standing(
    caller: &Caller,
    id: MemberId,
    number: MemberNumber,
) -> Result<Explanation, Error> {
    let mut tx = caller.db.read().await?;
    standing(caller, &mut tx, id, number).await
}

async fn standing(
    caller: &Caller,
    tx: &mut Tx,
    id: MemberId,
    number: MemberNumber,
) -> Result<Explanation, Error> {
    let stored = facts::facts(tx, caller.organization, &[id])
        .await?
        .into_iter()
        .next()
        .ok_or(MISSING)?;
    let (role, why) = role::effective_role(&stored.facts);
    let rules = mapping::find(tx, caller.organization).await?.roles;
    let named = mapping::groups_named(tx, caller.organization, id).await?;
    let mut groups: Vec<String> = named.iter().map(|(group, _)| group.clone()).collect();
    groups.dedup();
    let unmatched = named
        .into_iter()
        .filter(|(group, _)| !rules.iter().any(|rule| rule.group == *group))
        .map(|(group, source)| {
            let key = name::key(&group);
            let near_miss = rules
                .iter()
                .map(|rule| &rule.group)
                .find(|named| name::key(named) == key)
                .cloned();
            Unmatched {
                group,
                source,
                near_miss,
            }
        })
        .collect();
    let mut by_project: BTreeMap<ProjectId, Vec<ProjectRuleMatch>> = BTreeMap::new();
    for (project, rule) in mapping::project_matches(tx, caller.organization, id).await? {
        by_project.entry(project).or_default().push(rule);
    }
    let mut by_hand: BTreeMap<ProjectId, ProjectRole> = BTreeMap::new();
    // Through its workspace somebody is in a project with the role that they have in the organization.
    for project in places::projects_through_workspaces(tx, caller.organization, id).await? {
        by_hand.insert(project, ProjectRole::Inherit);
    }
    for given in project_members::of_member(tx, caller.organization, id).await? {
        by_hand.insert(given.project, given.role);
    }
    for project in by_hand.keys() {
        by_project.entry(*project).or_default();
    }
    let projects = by_project
        .into_iter()
        .map(|(project, considered)| {
            let by_hand = by_hand.get(&project).copied();
            let role = role::project_role(role, &considered, by_hand);
            ProjectStanding {
                project,
                role,
                by_hand,
                considered,
            }
        })
        .collect();
    let workspaces = if role.has_access() {
        let mut all = mapping::workspaces_of(tx, caller.organization, id).await?;
        all.extend(workspace_members::of_member(tx, caller.organization, id).await?);
        all.sort();
        all.dedup();
        all
    } else {
        Vec::new()
    };
    Ok(Explanation {
        number,
        role,
        why,
        groups,
        unmatched,
        projects,
        workspaces,
    })
}
