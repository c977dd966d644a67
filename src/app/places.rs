//! Projects and workspaces after they were made: changed, deleted, and who is in them by hand (R8).

use std::collections::BTreeMap;

use super::members::{Listed, with_tags};
use super::{Caller, projects};
use crate::domain::error::Error;
use crate::domain::event::Event;
use crate::domain::listing::{MemberFilter, MemberOrder, Slice, Way, Within};
use crate::domain::organization::{Project, Workspace};
use crate::domain::query::Found;
use crate::domain::role::{ProjectRole, ProjectRuleMatch, RoleSource};
use crate::domain::{MemberId, MemberNumber, ProjectId, WorkspaceId};
use crate::store::db::{Attempt, Tx};
use crate::store::project_members::{self, Given};
use crate::store::search::members as search;
use crate::store::{mapping, members, places as rows, projects as project_rows, workspace_members};

const NO_PROJECT: Error = Error::NotFound("project");
const NO_WORKSPACE: Error = Error::NotFound("workspace");
const NO_MEMBER: Error = Error::NotFound("member");
const CHUNK: i64 = 500;

/// The project with this number.
pub(crate) async fn find_project(caller: &Caller, id: ProjectId) -> Result<Project, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    rows::find_project(&mut tx, caller.organization, id)
        .await?
        .ok_or(NO_PROJECT)
}

/// A part of the projects of a workspace.
pub(crate) async fn list_projects(
    caller: &Caller,
    workspace: WorkspaceId,
    slice: Slice,
) -> Result<Found<Project>, Error> {
    find_workspace(caller, workspace).await?;
    let mut tx = caller.db.read().await?;
    let (total, resources) =
        rows::list_projects(&mut tx, caller.organization, Some(workspace), slice).await?;
    Ok(Found { total, resources })
}

/// Changes a project; the change is handed what it is now.
pub(crate) async fn change_project(
    caller: &Caller,
    id: ProjectId,
    change: impl FnOnce(&mut Project),
) -> Result<Project, Error> {
    caller.must_manage()?;
    let mut tx = caller.write().await?;
    let before = rows::find_project(&mut tx, caller.organization, id)
        .await?
        .ok_or(NO_PROJECT)?;
    let mut after = before.clone();
    change(&mut after);
    projects::check(&after.title, &after.description)?;
    projects::check_color(&after.color)?;
    if let Some(workspace) = after.workspace
        && !project_rows::workspace_exists(&mut tx, caller.organization, workspace).await?
    {
        let number = workspace.0;
        return Err(Error::Invalid(format!("there is no workspace {number}")));
    }
    if before != after {
        rows::update_project(&mut tx, caller.organization, &after).await?;
        let told = Event::project_changed(id, &before.told(), &after.told());
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Deletes a project.
pub(crate) async fn delete_project(caller: &Caller, id: ProjectId) -> Result<(), Error> {
    caller.must_manage()?;
    let mut tx = caller.write_alone().await?;
    if rows::delete_project(&mut tx, caller.organization, id).await? == 0 {
        return Err(NO_PROJECT);
    }
    caller
        .record(&mut tx, vec![Event::project_deleted(id)])
        .await?;
    tx.commit().await
}

/// The workspace with this number.
pub(crate) async fn find_workspace(caller: &Caller, id: WorkspaceId) -> Result<Workspace, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    rows::find_workspace(&mut tx, caller.organization, id)
        .await?
        .ok_or(NO_WORKSPACE)
}

/// Changes a workspace; the change is handed what it is now.
pub(crate) async fn change_workspace(
    caller: &Caller,
    id: WorkspaceId,
    change: impl FnOnce(&mut Workspace),
) -> Result<Workspace, Error> {
    caller.must_manage()?;
    let mut tx = caller.write_alone().await?;
    let before = rows::find_workspace(&mut tx, caller.organization, id)
        .await?
        .ok_or(NO_WORKSPACE)?;
    let mut after = before.clone();
    change(&mut after);
    projects::check(&after.title, &after.description)?;
    projects::check_color(&after.color)?;
    if before != after {
        match rows::update_workspace(&mut tx, caller.organization, &after).await? {
            Attempt::Done(_) => {}
            Attempt::Taken | Attempt::Missing => {
                return Err(Error::Duplicate {
                    kind: "workspace",
                    attribute: "title",
                });
            }
        }
        let told = Event::workspace_changed(id, &before.told(), &after.told());
        caller.record(&mut tx, vec![told]).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Deletes a workspace that no project is in.
pub(crate) async fn delete_workspace(caller: &Caller, id: WorkspaceId) -> Result<(), Error> {
    caller.must_manage()?;
    let mut tx = caller.write_alone().await?;
    match rows::delete_workspace(&mut tx, caller.organization, id).await? {
        Attempt::Done(0) => return Err(NO_WORKSPACE),
        Attempt::Done(_) => {}
        Attempt::Taken | Attempt::Missing => {
            return Err(Error::Invalid(
                "there are projects in this workspace; move or delete them first".to_owned(),
            ));
        }
    }
    caller
        .record(&mut tx, vec![Event::workspace_deleted(id)])
        .await?;
    tx.commit().await
}

/// Where members are put by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A project.
    Project(ProjectId),
    /// A workspace.
    Workspace(WorkspaceId),
}

/// A member in a project or a workspace, and what put them there. Who is there by neither is so through the workspace
/// of the project, or as an administrator.
pub(crate) struct InPlace {
    /// The member.
    pub(crate) listed: Listed,
    /// Whether somebody has put them there, and with which role; `Inherit` in a workspace.
    pub(crate) by_hand: Option<ProjectRole>,
    /// The rules that put them into the project.
    pub(crate) rules: Vec<ProjectRuleMatch>,
}

impl InPlace {
    /// The role that they have there and not in the organization, and through what.
    pub(crate) fn own_role(&self) -> Option<(ProjectRole, RoleSource)> {
        let by_hand = self.by_hand.map(|role| (role, RoleSource::Manual));
        let by_rules = self.rules.iter().map(|rule| (rule.role, rule.source));
        let mut best: Option<(ProjectRole, RoleSource)> = None;
        for (role, source) in by_hand.into_iter().chain(by_rules) {
            if role != ProjectRole::Inherit && best.is_none_or(|(known, _)| role > known) {
                best = Some((role, source));
            }
        }
        best
    }
}

/// A part of the members who are in a place, in whatever way, or in one way of a project.
pub(crate) async fn list_members(
    caller: &Caller,
    place: Place,
    way: Way,
    mut filter: MemberFilter,
    order: (MemberOrder, bool),
    slice: Slice,
) -> Result<Found<InPlace>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    must_exist(caller, &mut tx, place).await?;
    filter.within = Some(match place {
        Place::Project(project) => Within::Project(project, way),
        Place::Workspace(workspace) => Within::Workspace(workspace),
    });
    let total = search::count(&mut tx, caller.organization, &filter).await?;
    let found = search::list(&mut tx, caller.organization, &filter, order, slice).await?;
    let ids: Vec<MemberId> = found.iter().map(|member| member.id).collect();
    let listed = with_tags(caller, &mut tx, found).await?;
    let mut resources = Vec::with_capacity(listed.len());
    let organization = caller.organization;
    let given: BTreeMap<MemberId, ProjectRole> = match place {
        Place::Project(project) => {
            let given = project_members::list(&mut tx, organization, project, &ids).await?;
            given.iter().map(|one| (one.member, one.role)).collect()
        }
        Place::Workspace(workspace) => {
            let given = workspace_members::list(&mut tx, organization, workspace, &ids).await?;
            let inherit = |id| (id, ProjectRole::Inherit);
            given.into_iter().map(inherit).collect()
        }
    };
    for listed in listed {
        let id = listed.member.id;
        let mut rules = Vec::new();
        if let Place::Project(project) = place {
            let matches = mapping::project_matches(&mut tx, organization, id).await?;
            let here = matches.into_iter().filter(|(of, _)| *of == project);
            rules.extend(here.map(|(_, rule)| rule));
        }
        resources.push(InPlace {
            by_hand: given.get(&id).copied(),
            rules,
            listed,
        });
    }
    Ok(Found { total, resources })
}

async fn must_exist(caller: &Caller, tx: &mut Tx, place: Place) -> Result<(), Error> {
    let organization = caller.organization;
    let (there, missing) = match place {
        Place::Project(project) => (
            project_rows::exists(tx, organization, project).await?,
            NO_PROJECT,
        ),
        Place::Workspace(workspace) => (
            project_rows::workspace_exists(tx, organization, workspace).await?,
            NO_WORKSPACE,
        ),
    };
    if there { Ok(()) } else { Err(missing) }
}

/// Puts everybody whom a filter leaves into a place, or takes them out; how many that concerned, all or none.
pub(crate) async fn move_members(
    caller: &Caller,
    place: Place,
    filter: &MemberFilter,
    into: bool,
) -> Result<u64, Error> {
    caller.must_manage()?;
    let mut tx = caller.write().await?;
    must_exist(caller, &mut tx, place).await?;
    let organization = caller.organization;
    let (mut moved, mut last) = (0, MemberId::NIL);
    loop {
        let chunk = search::ids_after(&mut tx, organization, filter, last, CHUNK).await?;
        let Some(end) = chunk.last() else {
            break;
        };
        last = *end;
        let (now, tx) = (caller.now, &mut tx);
        let done = match (place, into) {
            (Place::Project(id), true) => {
                project_members::insert(tx, organization, id, &chunk, now).await?
            }
            (Place::Project(id), false) => {
                project_members::delete(tx, organization, id, &chunk).await?
            }
            (Place::Workspace(id), true) => {
                workspace_members::insert(tx, organization, id, &chunk, now).await?
            }
            (Place::Workspace(id), false) => {
                workspace_members::delete(tx, organization, id, &chunk).await?
            }
        };
        moved += done.len() as u64;
        if !done.is_empty() {
            let (added, removed): (&[MemberId], &[MemberId]) =
                if into { (&done, &[]) } else { (&[], &done) };
            let told = match place {
                Place::Project(id) => Event::project_members_changed(id, added, None, removed),
                Place::Workspace(id) => Event::workspace_members_changed(id, added, removed),
            };
            caller.record(tx, vec![told]).await?;
        }
    }
    tx.commit().await?;
    Ok(moved)
}

/// Puts one member into a place, or takes them out; refused where there is no such member.
pub(crate) async fn move_one(
    caller: &Caller,
    place: Place,
    member: MemberNumber,
    into: bool,
) -> Result<u64, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    must_exist(caller, &mut tx, place).await?;
    members::find_id(&mut tx, caller.organization, member)
        .await?
        .ok_or(NO_MEMBER)?;
    drop(tx);
    let one = MemberFilter {
        only: Some(vec![member]),
        ..MemberFilter::default()
    };
    move_members(caller, place, &one, into).await
}

/// The roles that were given by hand in a project.
pub(crate) async fn list_roles(caller: &Caller, project: ProjectId) -> Result<Vec<Given>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    must_exist(caller, &mut tx, Place::Project(project)).await?;
    project_members::list_roles(&mut tx, caller.organization, project).await
}

/// Gives a member a role in a project by hand.
pub(crate) async fn give_role(
    caller: &Caller,
    project: ProjectId,
    member: MemberNumber,
    role: ProjectRole,
) -> Result<Given, Error> {
    caller.must_manage()?;
    let mut tx = caller.write().await?;
    must_exist(caller, &mut tx, Place::Project(project)).await?;
    let organization = caller.organization;
    let id = members::find_id(&mut tx, organization, member)
        .await?
        .ok_or(NO_MEMBER)?;
    project_members::set_role(&mut tx, organization, (project, id), role, caller.now).await?;
    let told = Event::project_members_changed(project, &[id], Some(role.name()), &[]);
    caller.record(&mut tx, vec![told]).await?;
    let given = project_members::list(&mut tx, organization, project, &[id]).await?;
    tx.commit().await?;
    given.into_iter().next().ok_or(NO_MEMBER)
}

/// Takes back a role that was given by hand.
pub(crate) async fn take_role(caller: &Caller, id: i64) -> Result<(), Error> {
    caller.must_manage()?;
    let mut tx = caller.write().await?;
    let (project, member) = project_members::clear_role(&mut tx, caller.organization, id)
        .await?
        .ok_or(Error::NotFound("project role"))?;
    let inherit = ProjectRole::Inherit.name();
    let told = Event::project_members_changed(project, &[member], Some(inherit), &[]);
    caller.record(&mut tx, vec![told]).await?;
    tx.commit().await
}
