-- What is in the database, one object a row: kind, name, the object it belongs to, properties.
-- Nothing of PostgreSQL's own, nothing of an extension's. Names of roles stand as they are.
WITH spaces AS (
    SELECT oid, nspname, nspowner, nspacl
    FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
),
extensions_own AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
relations AS (
    SELECT
        c.*,
        s.nspname,
        format('%I.%I', s.nspname, c.relname) AS name,
        CASE c.relkind
            WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'f' THEN 'foreign table'
            WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
            WHEN 'i' THEN 'index' WHEN 'I' THEN 'index'
        END AS kind
    FROM pg_class AS c
    JOIN spaces AS s ON s.oid = c.relnamespace
    WHERE c.relkind <> 'c' AND ('pg_class'::regclass, c.oid) NOT IN (TABLE extensions_own)
),
routines AS (
    SELECT p.*, p.oid::regprocedure::text AS name
    FROM pg_proc AS p
    JOIN spaces AS s ON s.oid = p.pronamespace
    WHERE ('pg_proc'::regclass, p.oid) NOT IN (TABLE extensions_own)
),
own_types AS (
    SELECT t.*, format('%I.%I', s.nspname, t.typname) AS name
    FROM pg_type AS t
    JOIN spaces AS s ON s.oid = t.typnamespace
    LEFT JOIN pg_class AS c ON c.oid = t.typrelid
    WHERE
        (t.typtype IN ('d', 'e', 'r') OR c.relkind = 'c')
        AND ('pg_type'::regclass, t.oid) NOT IN (TABLE extensions_own)
),
access AS (
    SELECT 'd' AS of, d.oid, d.datdba AS owner, coalesce(d.datacl, acldefault('d', d.datdba)) AS acl
    FROM pg_database AS d
    UNION ALL
    SELECT 'n', oid, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM spaces
    UNION ALL
    SELECT
        'c', oid, relowner,
        coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))
    FROM relations
    UNION ALL
    SELECT 'f', oid, proowner, coalesce(proacl, acldefault('f', proowner)) FROM routines
    UNION ALL
    SELECT 'T', oid, typowner, coalesce(typacl, acldefault('T', typowner)) FROM own_types
    UNION ALL
    SELECT 'D', oid, defaclrole, defaclacl FROM pg_default_acl
),
privileges AS (
    SELECT
        a.of,
        a.oid,
        CASE e.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(e.grantee) END AS grantee,
        string_agg(
            e.privilege_type || CASE WHEN e.is_grantable THEN ' (may grant)' ELSE '' END,
            ', ' ORDER BY e.privilege_type
        ) AS held
    FROM access AS a, aclexplode(a.acl) AS e
    GROUP BY 1, 2, 3
),
grants AS (
    SELECT of, oid, jsonb_object_agg(grantee, held) AS held FROM privileges GROUP BY 1, 2
)
SELECT 'database' AS kind, 'itself' AS name, NULL AS of, jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(d.datdba),
    'encoding', pg_encoding_to_char(d.encoding),
    'grants', g.held,
    'settings', (
        SELECT string_agg(
            CASE s.setrole WHEN 0 THEN '' ELSE pg_get_userbyid(s.setrole) || ': ' END
            || array_to_string(s.setconfig, ', '),
            '; ' ORDER BY s.setrole
        )
        FROM pg_db_role_setting AS s WHERE s.setdatabase = d.oid
    )
)) AS properties
FROM pg_database AS d
LEFT JOIN grants AS g ON g.of = 'd' AND g.oid = d.oid
WHERE d.datname = current_database()

UNION ALL
SELECT 'schema', quote_ident(s.nspname), NULL, jsonb_build_object(
    'owner', pg_get_userbyid(s.nspowner), 'grants', g.held
)
FROM spaces AS s
LEFT JOIN grants AS g ON g.of = 'n' AND g.oid = s.oid

UNION ALL
SELECT
    'default privileges',
    pg_get_userbyid(d.defaclrole) || ' on ' || CASE d.defaclobjtype
        WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
        WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas' ELSE d.defaclobjtype::text
    END || CASE d.defaclnamespace
        WHEN 0 THEN '' ELSE ' in ' || d.defaclnamespace::regnamespace::text
    END,
    NULL,
    jsonb_build_object('grants', g.held)
FROM pg_default_acl AS d
LEFT JOIN grants AS g ON g.of = 'D' AND g.oid = d.oid

UNION ALL
SELECT r.kind, r.name, NULL, jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(r.relowner),
    'grants', g.held,
    'persistence', CASE r.relpersistence WHEN 'u' THEN 'unlogged' END,
    'row security', CASE WHEN r.relrowsecurity THEN
        CASE WHEN r.relforcerowsecurity THEN 'forced' ELSE 'on' END
    END,
    'replica identity', CASE WHEN r.kind = 'table' THEN nullif(r.relreplident, 'd') END,
    'options', array_to_string(r.reloptions, ', '),
    'partition key', pg_get_partkeydef(r.oid),
    'partition', pg_get_expr(r.relpartbound, r.oid),
    'parents', (
        SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
        FROM pg_inherits AS i WHERE i.inhrelid = r.oid
    ),
    'definition', CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END,
    'sequence', (
        SELECT format(
            '%s from %s by %s, %s to %s%s', format_type(q.seqtypid, NULL), q.seqstart,
            q.seqincrement, q.seqmin, q.seqmax, CASE WHEN q.seqcycle THEN ', cycling' ELSE '' END
        )
        FROM pg_sequence AS q WHERE q.seqrelid = r.oid
    )
))
FROM relations AS r
LEFT JOIN grants AS g ON g.of = 'c' AND g.oid = r.oid
WHERE r.kind <> 'index'

UNION ALL
SELECT
    'column',
    r.name || '.' || quote_ident(a.attname),
    r.kind || ' ' || r.name,
    jsonb_strip_nulls(jsonb_build_object(
        'type', format_type(a.atttypid, a.atttypmod),
        'null', CASE WHEN a.attnotnull THEN 'refused' ELSE 'allowed' END,
        'default', CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END,
        'generated', CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END,
        'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
        'collation', CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation
        END::text,
        'grants of its own', a.attacl::text
    ))
FROM relations AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef AS d ON d.adrelid = r.oid AND d.adnum = a.attnum
WHERE r.kind IN ('table', 'foreign table')

UNION ALL
SELECT
    'index',
    r.name,
    t.kind || ' ' || t.name,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', pg_get_indexdef(r.oid),
        'valid', CASE WHEN NOT i.indisvalid THEN 'no' END
    ))
FROM relations AS r
JOIN pg_index AS i ON i.indexrelid = r.oid
JOIN relations AS t ON t.oid = i.indrelid
WHERE NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = r.oid AND c.conrelid = t.oid)

UNION ALL
SELECT
    'constraint',
    t.name || '.' || quote_ident(c.conname),
    t.kind || ' ' || t.name,
    jsonb_build_object('definition', pg_get_constraintdef(c.oid))
FROM pg_constraint AS c
JOIN relations AS t ON t.oid = c.conrelid
WHERE c.contype <> 'n' -- NOT NULL is told of the column

UNION ALL
SELECT
    'trigger',
    t.name || '.' || quote_ident(g.tgname),
    t.kind || ' ' || t.name,
    jsonb_strip_nulls(jsonb_build_object(
        'definition', pg_get_triggerdef(g.oid), 'fires', nullif(g.tgenabled, 'O')
    ))
FROM pg_trigger AS g
JOIN relations AS t ON t.oid = g.tgrelid
WHERE NOT g.tgisinternal

UNION ALL
SELECT
    'rule',
    t.name || '.' || quote_ident(w.rulename),
    t.kind || ' ' || t.name,
    jsonb_build_object('definition', pg_get_ruledef(w.oid))
FROM pg_rewrite AS w
JOIN relations AS t ON t.oid = w.ev_class
WHERE w.rulename <> '_RETURN'

UNION ALL
SELECT
    'policy',
    t.name || '.' || quote_ident(p.polname),
    t.kind || ' ' || t.name,
    jsonb_strip_nulls(jsonb_build_object(
        'command', p.polcmd,
        'permissive', p.polpermissive,
        'roles', (
            SELECT string_agg(
                CASE o WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(o) END, ', ' ORDER BY o
            ) FROM unnest(p.polroles) AS o
        ),
        'using', pg_get_expr(p.polqual, p.polrelid),
        'with check', pg_get_expr(p.polwithcheck, p.polrelid)
    ))
FROM pg_policy AS p
JOIN relations AS t ON t.oid = p.polrelid

UNION ALL
SELECT 'function', r.name, NULL, jsonb_build_object(
    'owner', pg_get_userbyid(r.proowner),
    'grants', g.held,
    'definition', CASE r.prokind WHEN 'a' THEN 'an aggregate' ELSE pg_get_functiondef(r.oid) END
)
FROM routines AS r
LEFT JOIN grants AS g ON g.of = 'f' AND g.oid = r.oid

UNION ALL
SELECT 'type', t.name, NULL, jsonb_strip_nulls(jsonb_build_object(
    'owner', pg_get_userbyid(t.typowner),
    'grants', g.held,
    'labels', (
        SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
        FROM pg_enum AS e WHERE e.enumtypid = t.oid
    ),
    'attributes', (
        SELECT string_agg(
            quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod), ', '
            ORDER BY a.attnum
        )
        FROM pg_attribute AS a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ),
    'domain', CASE t.typtype WHEN 'd' THEN concat_ws(
        ' ',
        format_type(t.typbasetype, t.typtypmod),
        CASE WHEN t.typnotnull THEN 'NOT NULL' END,
        'DEFAULT ' || t.typdefault,
        (
            SELECT string_agg(pg_get_constraintdef(c.oid), ' ' ORDER BY c.conname)
            FROM pg_constraint AS c WHERE c.contypid = t.oid AND c.contype <> 'n'
        )
    ) END
))
FROM own_types AS t
LEFT JOIN grants AS g ON g.of = 'T' AND g.oid = t.oid

UNION ALL
SELECT 'extension', quote_ident(e.extname), NULL, jsonb_build_object(
    'owner', pg_get_userbyid(e.extowner), 'schema', e.extnamespace::regnamespace::text
)
FROM pg_extension AS e
WHERE e.extname <> 'plpgsql'

UNION ALL
SELECT 'event trigger', quote_ident(e.evtname), NULL, jsonb_build_object(
    'owner', pg_get_userbyid(e.evtowner),
    'definition', format('%s %s %s', e.evtevent, e.evttags, e.evtfoid::regprocedure)
)
FROM pg_event_trigger AS e

UNION ALL
SELECT 'publication', quote_ident(p.pubname), NULL, jsonb_build_object(
    'owner', pg_get_userbyid(p.pubowner)
)
FROM pg_publication AS p

UNION ALL
SELECT 'large objects', 'of ' || pg_get_userbyid(l.lomowner), NULL, jsonb_build_object(
    'count', count(*)
)
FROM pg_largeobject_metadata AS l
GROUP BY l.lomowner

ORDER BY 1, 2
