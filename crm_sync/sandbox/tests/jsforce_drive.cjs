// Drives the sandbox org with jsforce and prints which steps passed. Run by test_sandbox_clients.py.
const assert = require("node:assert");
const jsforce = require("jsforce");

const base = process.env.SANDBOX;
const callback = "http://127.0.0.1:9/callback";
const passed = [];
const failed = [];

async function step(name, act) {
  try {
    await act();
    passed.push(name);
  } catch (fault) {
    failed.push(`${name}: ${fault.name}: ${fault.message}`);
  }
}

async function refused(code, act) {
  try {
    await act();
  } catch (fault) {
    assert.strictEqual(fault.errorCode || fault.name, code);
    return;
  }
  assert.fail(`not refused with ${code}`);
}

async function main() {
  const oauth2 = new jsforce.OAuth2({
    loginUrl: base, clientId: "3MVG9sandbox.Distro.local.consumer.key", clientSecret: "5A1DB0XSANDBOXLOCALSECRET",
    redirectUri: callback, useVerifier: true,
  });
  const conn = new jsforce.Connection({ oauth2, version: "66.0" });
  const lead = (more) => ({ LastName: "Hopper", Company: "Navy", Email: "grace@navy.example", ...more });
  let id;

  await step("authorize with PKCE", async () => {
    const url = oauth2.getAuthorizationUrl({ scope: "api refresh_token id", state: "s" });
    const answer = await fetch(url, { redirect: "manual" });
    const code = new URL(answer.headers.get("location")).searchParams.get("code");
    const user = await conn.authorize(code);
    assert.ok(user.id.startsWith("005") && user.organizationId.startsWith("00D"));
    assert.strictEqual(conn.instanceUrl, base);
  });
  await step("identity", async () => assert.strictEqual((await conn.identity()).username, "dana@acme.example"));
  await step("create", async () => {
    const made = await conn.sobject("Lead").create(lead());
    assert.ok(made.success);
    id = made.id;
  });
  await step("retrieve", async () => assert.strictEqual((await conn.sobject("Lead").retrieve(id)).Company, "Navy"));
  await step("update", async () => assert.ok((await conn.sobject("Lead").update({ Id: id, Title: "Admiral" })).success));
  await step("create many", async () => {
    const made = await conn.sobject("Lead").create([lead(), { LastName: "x" }], { allOrNone: false });
    assert.deepStrictEqual(made.map((one) => one.success), [true, false]);
    assert.strictEqual(made[1].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
  });
  await step("update many", async () => {
    const made = await conn.sobject("Lead").update([{ Id: id, Title: "Rear Admiral" }]);
    assert.ok(made[0].success);
  });
  await step("retrieve many", async () => assert.strictEqual((await conn.sobject("Lead").retrieve([id]))[0].Id, id));
  await step("query", async () => {
    const found = await conn.query(`SELECT Id, Owner.Name FROM Lead WHERE Title = 'Rear Admiral'`);
    assert.strictEqual(found.records[0].Owner.Name, "Dana Admin");
  });
  await step("find", async () => {
    const found = await conn.sobject("Lead").find({ Title: { $like: "Rear%" } }, "Id, Title").limit(5);
    assert.strictEqual(found.length, 1);
  });
  await step("count", async () => assert.ok((await conn.sobject("Lead").count({ Company: "Navy" })) >= 2));
  await step("describe", async () => assert.ok((await conn.sobject("Lead").describe()).fields.length > 30));
  await step("describe global", async () => assert.ok((await conn.describeGlobal()).sobjects.length > 10));
  await step("limits", async () => {
    assert.ok((await conn.limits()).DailyApiRequests.Max > 0);
    assert.ok(conn.limitInfo.apiUsage.used > 0);
  });
  await step("upsert one", async () => {
    const made = await conn.sobject("Contact").upsert({ Email: "peter@initech.example", Title: "Chief" }, "Email");
    assert.ok(made.success && !made.created);
  });
  await step("upsert many", async () => {
    const rows = [{ Email: "peter@initech.example", Title: "a" }, { Email: "n@x.example", LastName: "New" }];
    const made = await conn.sobject("Contact").upsert(rows, "Email");
    assert.deepStrictEqual(made.map((one) => one.created), [false, true]);
  });
  await step("composite", async () => {
    const url = "/services/data/v66.0/sobjects";
    const times = { StartDateTime: "2026-12-08T09:00:00Z", EndDateTime: "2026-12-08T09:30:00Z" };
    const subs = [
      { method: "POST", url: `${url}/Lead`, referenceId: "a", body: lead() },
      { method: "POST", url: `${url}/Event`, referenceId: "b", body: { WhoId: "@{a.id}", Subject: "Demo", ...times } },
    ];
    const found = await conn.requestPost("/services/data/v66.0/composite", { compositeRequest: subs });
    assert.deepStrictEqual(found.compositeResponse.map((one) => one.httpStatusCode), [201, 201]);
  });
  await step("tooling field", async () => {
    const made = await conn.tooling.sobject("CustomField").create({
      FullName: "Lead.Js__c", Metadata: { label: "Js", type: "Text", length: 20, externalId: true, unique: true },
    });
    assert.ok(made.success);
    const found = await conn.tooling.query("SELECT Id, DeveloperName FROM CustomField WHERE DeveloperName = 'Js'");
    assert.strictEqual(found.totalSize, 1);
  });
  const lone = conn.sobject("Lead");
  await step("refusal: field without access", () => refused("INVALID_FIELD", () => lone.create(lead({ Js__c: "x" }))));
  await step("refusal: required", () => refused("REQUIRED_FIELD_MISSING", () => lone.create({ LastName: "x" })));
  await step("refusal: mail", () => refused("INVALID_EMAIL_ADDRESS", () => lone.create(lead({ Email: "x" }))));
  await step("refusal: too long", () => refused("STRING_TOO_LONG", () => lone.create(lead({ Phone: "1".repeat(41) }))));
  await step("refusal: unknown id", () => refused("NOT_FOUND", () => lone.retrieve("00Qd10000000ZZZ")));
  await step("refusal: query", () => refused("MALFORMED_QUERY", () => conn.query("SELECT FROM Lead")));
  await step("refusal: unknown object", () => refused("INVALID_TYPE", () => conn.query("SELECT Id FROM Nope")));
  await step("refusal: several", async () => {
    await conn.sobject("Contact").create([{ LastName: "A", Email: "t@x.example" }, { LastName: "B", Email: "t@x.example" }]);
    await refused("MULTIPLE_CHOICES", () => conn.sobject("Contact").upsert({ Email: "t@x.example", Title: "x" }, "Email"));
  });
  await step("delete, and then it is deleted", async () => {
    assert.ok((await conn.sobject("Lead").destroy(id)).success);
    await refused("ENTITY_IS_DELETED", () => conn.sobject("Lead").retrieve(id));
  });
  await step("refresh by itself after the session ended", async () => {
    const before = conn.accessToken;
    await fetch(`${base}/__sandbox/expire-tokens`, { method: "POST" });
    assert.ok((await conn.query("SELECT Id FROM Lead")).totalSize > 0);
    assert.notStrictEqual(conn.accessToken, before);
  });
  await step("revoke", async () => {
    await conn.logout(true);
  });
  console.log(JSON.stringify({ passed, failed }));
}

main();
