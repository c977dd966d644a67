//! Many people at once, written past the server: to provision 2,000 one by one would take the longest part of a test.

use serde_json::json;

use crate::app::App;

impl App {
    /// So many members, each made after the example of one who was provisioned; their ids, in order.
    pub(crate) async fn crowd(&self, count: usize) -> Vec<String> {
        self.own.user("example").await;
        let mut ids: Vec<String> = (1..=count)
            .map(|n| format!("00000000-0000-7000-8000-{n:012x}"))
            .collect();
        ids.sort();
        let list = json!(ids).to_string();
        let accounts = "INSERT INTO accounts (id, created_at, home_organization_id)
            SELECT v.value, m.created_at, m.organization_id
            FROM members m CROSS JOIN json_each($1) v WHERE m.user_name = 'example'";
        self.place.database.texts(accounts, &[&list]).await;
        let members = "INSERT INTO members (organization_id, id, account_id, user_name, user_name_key, display_name,
                active, attributes, suspended, base_role, held_mapped_role, role, role_source, version, created_at, modified_at)
            SELECT m.organization_id, v.value, v.value, 'x' || v.value, 'x' || v.value, 'x' || v.value,
                m.active, m.attributes, m.suspended, m.base_role, m.held_mapped_role, m.role, m.role_source, 1,
                m.created_at, m.modified_at
            FROM members m CROSS JOIN json_each($1) v WHERE m.user_name = 'example'";
        self.place.database.texts(members, &[&list]).await;
        ids
    }
}
