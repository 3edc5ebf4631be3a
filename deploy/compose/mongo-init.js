// Creates the replica set's roles and users from roles.json; safe to run again.
// Run by the service `mongo-init` with mongosh; the password comes from the environment.
const fs = require("fs");
const table = JSON.parse(fs.readFileSync("/init/roles.json", "utf8"));
const prefix = process.env.CASELEDGER_DATABASE_PREFIX || "caseledger";
const password = process.env.MONGO_SERVICE_PASSWORD;
const admin = db.getSiblingDB("admin");

for (const [name, own] of Object.entries(table.roles)) {
  const rows = table.with_common.includes(name) ? [...table.common, ...own] : own;
  const privileges = rows.map((row) => ({
    resource: { db: prefix + row.database, collection: row.collection },
    actions: row.actions,
  }));
  const role = `caseledger-${name}`;
  if (admin.getRole(role)) {
    admin.updateRole(role, { privileges, roles: [] });
  } else {
    admin.createRole({ role, privileges, roles: [] });
  }
  const user = { pwd: password, roles: [{ role, db: "admin" }] };
  if (admin.getUser(role)) {
    admin.updateUser(role, user);
  } else {
    admin.createUser({ user: role, ...user });
  }
}
print("roles and users are there");
