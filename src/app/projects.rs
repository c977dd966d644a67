//! Projects and workspaces: just enough to give roles in them.

use super::Caller;
use crate::domain::error::Error;
use crate::domain::event::{Actor, Event};
use crate::domain::listing::{ProjectFilter, Slice};
use crate::domain::organization::{Project, Workspace};
use crate::domain::query::Found;
use crate::domain::{MemberId, ProjectId, WorkspaceId};
use crate::store::search::projects as search;
use crate::store::{places, projects};

/// How many titles are looked through at once.
const CHUNK: i64 = 1000;

/// What a new project or workspace is made of.
pub(crate) struct Draft {
    /// Its name.
    pub(crate) title: String,
    /// What it is for.
    pub(crate) description: String,
}

fn checked(draft: &Draft) -> Result<(), Error> {
    check(&draft.title, &draft.description)
}

/// Refuses a title or a description that cannot be.
pub(super) fn check(title: &str, description: &str) -> Result<(), Error> {
    let blank = title.trim().is_empty();
    if blank || title.chars().count() > 255 || description.len() > 65_536 {
        return Err(Error::Invalid(
            "a title has 1 to 255 characters, a description at most 65,536 bytes".to_owned(),
        ));
    }
    if title.contains('\0') || description.contains('\0') {
        return Err(Error::Invalid(
            "a text cannot hold the character U+0000".to_owned(),
        ));
    }
    Ok(())
}

/// Refuses what is no colour.
pub(super) fn check_color(color: &str) -> Result<(), Error> {
    let digits = color.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Error::Invalid(
            "a color is # and six hexadecimal digits".to_owned(),
        ));
    }
    Ok(())
}

fn author(caller: &Caller) -> Result<MemberId, Error> {
    caller.must_manage()?;
    match caller.actor {
        Actor::Member(id) => Ok(id),
        Actor::ProvisioningClient(_) | Actor::SignOn | Actor::Operator | Actor::Server => Err(
            Error::Forbidden("only a member can make projects and workspaces".to_owned()),
        ),
    }
}

/// Makes a project.
pub(crate) async fn create(
    caller: &Caller,
    draft: Draft,
    workspace: Option<WorkspaceId>,
) -> Result<Project, Error> {
    let by = author(caller)?;
    checked(&draft)?;
    let mut tx = caller.write().await?;
    if let Some(workspace) = workspace
        && !projects::workspace_exists(&mut tx, caller.organization, workspace).await?
    {
        return Err(Error::Invalid(format!(
            "there is no workspace {} in this organization",
            workspace.0
        )));
    }
    let project = projects::insert(
        &mut tx,
        caller.organization,
        &draft.title,
        &draft.description,
        workspace,
        by,
        caller.now,
    )
    .await?;
    caller
        .record(&mut tx, vec![Event::project_created(&project)])
        .await?;
    tx.commit().await?;
    Ok(project)
}

/// Projects that a filter leaves, by number; only Managers and above see them.
pub(crate) async fn list(
    caller: &Caller,
    mut filter: ProjectFilter,
    slice: Slice,
) -> Result<Found<Project>, Error> {
    caller.must_manage()?;
    let organization = caller.organization;
    let mut tx = caller.db.read().await?;
    if filter.words.is_empty() {
        let total = search::count(&mut tx, organization, &filter).await?;
        let resources = search::list(&mut tx, organization, &filter, slice).await?;
        return Ok(Found { total, resources });
    }
    let (mut fit, mut after) = (Vec::new(), ProjectId(0));
    loop {
        let titles = search::titles(&mut tx, organization, &filter, after, CHUNK).await?;
        let Some((last, _)) = titles.last() else {
            break;
        };
        after = *last;
        let fits = titles.into_iter().filter(|(_, title)| filter.fits(title));
        fit.extend(fits.map(|(id, _)| id));
    }
    if filter.backwards {
        fit.reverse();
    }
    let bounded = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
    let total = fit.len() as u64;
    let shown = fit.into_iter().skip(bounded(slice.offset));
    filter.only = Some(shown.take(bounded(slice.count)).collect());
    let whole = Slice { offset: 0, ..slice };
    let resources = search::list(&mut tx, organization, &filter, whole).await?;
    Ok(Found { total, resources })
}

/// Makes a workspace.
pub(crate) async fn create_workspace(
    caller: &Caller,
    draft: Draft,
    color: &str,
) -> Result<Workspace, Error> {
    let by = author(caller)?;
    checked(&draft)?;
    check_color(color)?;
    let mut tx = caller.write().await?;
    let workspace = projects::insert_workspace(
        &mut tx,
        caller.organization,
        &draft.title,
        &draft.description,
        color,
        by,
        caller.now,
    )
    .await?
    .ok_or(Error::Duplicate {
        kind: "workspace",
        attribute: "title",
    })?;
    caller
        .record(&mut tx, vec![Event::workspace_created(&workspace)])
        .await?;
    let shown = places::find_workspace(&mut tx, caller.organization, workspace.id).await?;
    tx.commit().await?;
    Ok(shown.unwrap_or(workspace))
}

/// All workspaces, by number.
pub(crate) async fn list_workspaces(caller: &Caller) -> Result<Vec<Workspace>, Error> {
    caller.must_manage()?;
    let mut tx = caller.db.read().await?;
    projects::list_workspaces(&mut tx, caller.organization).await
}
