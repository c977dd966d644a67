//! R5 to R8 over every combination of facts, against another reading of the rules.

use super::role::{
    Considered, ProjectRole, ProjectRuleMatch, Role, RoleFacts, RoleSource, RuleMatch, Step,
    effective_role, project_role,
};

fn rule(group: &str, source: RoleSource, role: Role) -> RuleMatch {
    RuleMatch {
        through: None,
        group: group.to_owned(),
        source,
        role,
    }
}

/// Every subset.
fn subsets<T: Clone>(all: &[T]) -> Vec<Vec<T>> {
    (0..1_usize << all.len())
        .map(|chosen| {
            let picked = all.iter().enumerate();
            let picked = picked.filter(|(n, _)| chosen >> n & 1 == 1);
            picked.map(|(_, one)| one.clone()).collect()
        })
        .collect()
}

fn every_fact() -> Vec<RoleFacts> {
    let rules = [
        rule("a", RoleSource::Scim, Role::Annotator),
        rule("b", RoleSource::Oidc, Role::Reviewer),
        rule("c", RoleSource::Saml, Role::Manager),
        rule("d", RoleSource::Scim, Role::Manager),
        rule("e", RoleSource::Saml, Role::Administrator),
    ];
    let both = [false, true];
    let pins = [
        None,
        Some(Role::Administrator),
        Some(Role::Annotator),
        Some(Role::NotActivated),
    ];
    let bases = [Role::Administrator, Role::Annotator, Role::NotActivated];
    let mut all = Vec::new();
    for mapped in subsets(&rules) {
        for flags in 0..64_u8 {
            let flag = |n: u8| both[usize::from(flags >> n & 1)];
            for pinned in pins {
                for base in bases {
                    all.push(RoleFacts {
                        owner: flag(0),
                        suspended: flag(1),
                        active: flag(2),
                        pinned,
                        manual_management: flag(3),
                        mapped: mapped.clone(),
                        held_mapped_role: flag(4),
                        base,
                        waits_for_seat: flag(5),
                    });
                }
            }
        }
    }
    all
}

/// R5 from its end: each sentence takes the word from those below it.
fn read_upwards(facts: &RoleFacts) -> (Role, RoleSource) {
    let mut answer = (facts.base, RoleSource::Manual);
    if facts.held_mapped_role && !facts.manual_management {
        answer = (Role::Deactivated, RoleSource::Scim);
    }
    if let Some(best) = facts
        .mapped
        .iter()
        .map(|rule| (rule.role, rule.source))
        .max()
    {
        answer = best;
    }
    if let (Some(role), true) = (facts.pinned, facts.manual_management) {
        answer = (role, RoleSource::Manual);
    }
    if facts.waits_for_seat && answer.0.has_access() {
        answer.0 = Role::NotActivated;
    }
    if !facts.active {
        answer = (Role::Deactivated, RoleSource::Scim);
    }
    if facts.suspended {
        answer = (Role::Deactivated, RoleSource::Manual);
    }
    if facts.owner {
        answer = (Role::Owner, RoleSource::Manual);
    }
    answer
}

#[test]
fn every_combination_of_facts_gives_the_role_that_the_rules_read_upwards_give() {
    for facts in every_fact() {
        let (role, why) = effective_role(&facts);
        assert_eq!((role, why.source), read_upwards(&facts), "{facts:?}");
    }
}

#[test]
fn owner_comes_from_the_owner_column_alone() {
    for facts in every_fact() {
        assert_eq!(
            effective_role(&facts).0 == Role::Owner,
            facts.owner,
            "{facts:?}"
        );
    }
}

#[test]
fn the_chain_names_every_fact_once_and_one_winner_whose_role_it_is() {
    for facts in every_fact() {
        let (role, why) = effective_role(&facts);
        let won: Vec<&Step> = why
            .steps
            .iter()
            .filter(|step| step.lost_because.is_none())
            .collect();
        assert_eq!(won.len(), 1, "{facts:?}");
        assert_eq!(won[0].role, role);
        let count = |kind: fn(&Considered) -> bool| {
            why.steps
                .iter()
                .filter(|step| kind(&step.considered))
                .count()
        };
        let left = facts.mapped.is_empty() && facts.held_mapped_role && !facts.manual_management;
        for (found, expected) in [
            (
                count(|one| matches!(one, Considered::Owner)),
                usize::from(facts.owner),
            ),
            (
                count(|one| matches!(one, Considered::Suspended)),
                usize::from(facts.suspended),
            ),
            (
                count(|one| matches!(one, Considered::InactiveInDirectory)),
                usize::from(!facts.active),
            ),
            (
                count(|one| matches!(one, Considered::Pin(_))),
                usize::from(facts.pinned.is_some()),
            ),
            (
                count(|one| matches!(one, Considered::Rule(_))),
                facts.mapped.len(),
            ),
            (
                count(|one| matches!(one, Considered::LeftAllMappedGroups)),
                usize::from(left),
            ),
            (count(|one| matches!(one, Considered::Base(_))), 1),
        ] {
            assert_eq!(found, expected, "{facts:?}: {:?}", why.steps);
        }
        assert!(
            why.steps
                .iter()
                .all(|step| step.lost_because.as_deref() != Some(""))
        );
    }
}

#[test]
fn the_order_of_groups_decides_nothing() {
    for facts in every_fact()
        .into_iter()
        .filter(|facts| facts.mapped.len() > 1)
    {
        let mut turned = facts.clone();
        turned.mapped.reverse();
        let turned = effective_role(&turned);
        assert_eq!(turned, effective_role(&facts));
    }
}

#[test]
fn a_lower_group_more_never_changes_the_role() {
    for facts in every_fact()
        .into_iter()
        .filter(|facts| !facts.mapped.is_empty())
    {
        let mut more = facts.clone();
        more.mapped
            .push(rule("z", RoleSource::Manual, Role::Annotator));
        assert_eq!(
            effective_role(&more).0,
            effective_role(&facts).0,
            "{facts:?}"
        );
    }
}

#[test]
fn a_project_role_is_the_highest_rule_for_who_has_access_and_no_administrator() {
    let all = [
        ProjectRole::Inherit,
        ProjectRole::Annotator,
        ProjectRole::Reviewer,
        ProjectRole::Manager,
    ];
    for chosen in subsets(&all) {
        let rules: Vec<ProjectRuleMatch> = chosen
            .iter()
            .map(|role| ProjectRuleMatch {
                group: "g".to_owned(),
                source: RoleSource::Scim,
                role: *role,
            })
            .collect();
        for organization in Role::ALL {
            let expected = match organization {
                Role::Deactivated | Role::NotActivated => None,
                Role::Owner | Role::Administrator => Some(organization),
                Role::Manager | Role::Reviewer | Role::Annotator => {
                    // From the highest down; `Inherit` is the lowest.
                    let has = |role| chosen.contains(&role);
                    if has(ProjectRole::Manager) {
                        Some(Role::Manager)
                    } else if has(ProjectRole::Reviewer) {
                        Some(Role::Reviewer)
                    } else if has(ProjectRole::Annotator) {
                        Some(Role::Annotator)
                    } else {
                        has(ProjectRole::Inherit).then_some(organization)
                    }
                }
            };
            assert_eq!(
                project_role(organization, &rules, None),
                expected,
                "{organization:?} {chosen:?}"
            );
        }
    }
}

#[test]
fn codes_names_and_numbers_lead_back_to_their_role() {
    for role in Role::ALL {
        assert_eq!(Role::from_code(role.code()), Some(role));
        assert_eq!(Role::from_name(role.name()), Some(role));
        assert_eq!(Role::from_number(role.number()), Some(role));
        assert_eq!(role.is_mappable(), role.has_access() && role != Role::Owner);
    }
    for wrong in ["owner", "Owner ", "ow", "", "Inherit"] {
        assert_eq!(
            (Role::from_code(wrong), Role::from_name(wrong)),
            (None, None),
            "{wrong:?}"
        );
    }
    assert_eq!(Role::from_number(6), None);
    for number in 0..4 {
        assert_eq!(
            RoleSource::from_number(number).map(|source| source as i16),
            Some(number)
        );
    }
    assert_eq!(RoleSource::from_number(4), None);
}
