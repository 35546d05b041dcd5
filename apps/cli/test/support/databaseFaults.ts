import type { Database } from "@scoreline/stores/postgres";

/** Lets Postgres itself fail: a trigger on `credit_scores` that raises what the tests ask for. */
export async function installFaults(sql: Database): Promise<void> {
  await sql.unsafe(`
    create table test_fault (application_id text not null, code text not null);
    create sequence test_fault_calls;
    create function raise_test_fault() returns trigger language plpgsql as $$
    declare wanted text;
    begin
      select code into wanted from test_fault where application_id in (new.application_id, '*');
      if wanted is not null and (wanted <> '40P01' or nextval('test_fault_calls') <= 3) then
        raise exception 'made to fail with %', wanted using errcode = wanted;
      end if;
      return new;
    end $$;
    create trigger raise_test_fault before insert on credit_scores for each row execute function raise_test_fault();
  `);
}

/** From now on inserting this application (or any: `*`) fails with an SQLSTATE; a deadlock (40P01) three times only. */
export async function failWith(sql: Database, code: string, applicationId = "*"): Promise<void> {
  await sql`insert into test_fault values (${applicationId}, ${code})`;
}

export async function failNoMore(sql: Database): Promise<void> {
  await sql`delete from test_fault`;
}
