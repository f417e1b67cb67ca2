"""The SQL between the mirror of the KBO (`kbo_mirror`) and our tables.

In order: `kbo_unit` and `kbo_company` are what the set is about; `kbo_name`, `kbo_reach` and
`kbo_nace` the best of what the KBO says of them; COMPANIES and ESTABLISHMENTS what our tables
become. Every choice among several is by content, never by the order of lines: an update and a full
set that say the same lead to the same.
"""

from imports import located

#: An establishment of the region, or one that we know already and keep up to date wherever it is.
#: With `known_only`, of the known ones those that have or asked for a recognition. With
#: `everything` unset, only what an update may have changed: itself or its company.
UNITS = """
    SELECT e.number, e.enterprise AS company, t.id AS known_id, a.number IS NOT NULL AS has_address,
        a.town,
        CASE WHEN a.number IS NULL THEN COALESCE(t.street, '')
            ELSE left(COALESCE(a.street, ''), 120) END AS street,
        CASE WHEN a.number IS NULL THEN COALESCE(t.house_number, '')
            ELSE left(COALESCE(a.house_number, ''), 20) END AS house_number,
        CASE WHEN a.number IS NULL THEN COALESCE(t.box, '')
            ELSE left(COALESCE(a.box, ''), 20) END AS box,
        CASE WHEN a.number IS NULL THEN COALESCE(t.postal_code, '')
            WHEN a.postal_code ~ '^[1-9][0-9]{3}$' THEN a.postal_code ELSE '' END AS postal_code
    FROM companies_kbo_establishment e
    LEFT JOIN companies_kbo_address a ON a.number = e.number
    LEFT JOIN companies_establishment t ON t.unit_number = e.number
    WHERE EXISTS (SELECT FROM companies_kbo_enterprise k WHERE k.number = e.enterprise)
        AND (
            %(everything)s
            OR e.number IN (SELECT number FROM kbo_touched)
            OR e.enterprise IN (SELECT number FROM kbo_touched)
        )
        AND (
            t.id IS NOT NULL
            OR NOT %(known_only)s
                AND EXISTS (SELECT FROM geo_postalcode c WHERE c.code = a.postal_code)
        )
        AND (NOT %(known_only)s OR EXISTS (
            SELECT FROM companies_recognition r WHERE r.establishment_id = t.id
        ))
"""

COMPANIES_CONCERNED = """
    SELECT e.number, e.status FROM companies_kbo_enterprise e
    WHERE EXISTS (SELECT FROM kbo_unit u WHERE u.company = e.number)
        OR (
            EXISTS (SELECT FROM companies_company t WHERE t.enterprise_number = e.number)
            AND (%(everything)s OR e.number IN (SELECT number FROM kbo_touched))
        )
"""

ENTITIES = "SELECT number FROM kbo_company UNION ALL SELECT number FROM kbo_unit"

#: Of a company its official name (001), of an establishment the name over the door (003); in Dutch
#: if there is one. Languages: 0 unknown, 1 French, 2 Dutch, 3 German, 4 English.
NAMES = """
    SELECT DISTINCT ON (d.number) d.number, left(d.name, 200) AS name
    FROM companies_kbo_denomination d JOIN kbo_entity e ON e.number = d.number
    ORDER BY d.number,
        d.type <> CASE WHEN d.number < '2' THEN '001' ELSE '003' END,
        array_position(ARRAY['2', '0', '1', '4', '3'], d.language), d.type, d.name
"""

CONTACTS = """
    SELECT c.number,
        left(min(c.value) FILTER (WHERE c.type = 'TEL'), 30) AS telephone,
        min(c.value) FILTER (
            WHERE c.type = 'EMAIL' AND c.value ~ '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'
                AND length(c.value) <= 254
        ) AS email,
        min(CASE WHEN c.value ~ '^https?://' THEN c.value ELSE 'https://' || c.value END) FILTER (
            WHERE c.type = 'WEB' AND length(c.value) <= 190
        ) AS website
    FROM companies_kbo_contact c JOIN kbo_entity e ON e.number = c.number
    GROUP BY c.number
"""

#: The main activities in the newest version in which there are any.
NACE = """
    SELECT DISTINCT ON (a.number) a.number, a.version,
        array_agg(DISTINCT left(a.code, 7) ORDER BY left(a.code, 7))::varchar(7)[] AS codes
    FROM companies_kbo_activity a JOIN kbo_unit u ON u.number = a.number
    GROUP BY a.number, a.version
    ORDER BY a.number, a.version DESC
"""

COMPANIES = """
    SELECT k.number AS enterprise_number,
        COALESCE(n.name, t.name, k.number) AS name,
        COALESCE(NULLIF(t.email, ''), r.email, '') AS email,
        COALESCE(NULLIF(t.telephone, ''), r.telephone, '') AS telephone,
        COALESCE(NULLIF(t.website, ''), r.website, '') AS website,
        CASE WHEN k.status <> 'AC' THEN COALESCE(t.stopped_on, %(today)s) END AS stopped_on
    FROM kbo_company k
    LEFT JOIN companies_company t ON t.enterprise_number = k.number
    LEFT JOIN kbo_name n ON n.number = k.number
    LEFT JOIN kbo_reach r ON r.number = k.number
"""

_UNMOVED = """
    NOT u.has_address
        OR (t.street, t.house_number, t.postal_code) = (u.street, u.house_number, u.postal_code)
"""

#: An establishment without a name of its own bears its company's.
ESTABLISHMENTS = f"""
    SELECT u.number AS unit_number, p.target_id AS company_id, COALESCE(n.name, p.name) AS name,
        u.street, u.house_number, u.box, u.postal_code,
        CASE WHEN u.has_address THEN w.municipality_id ELSE t.municipality_id END
            AS municipality_id,
        {located.location("t", unmoved=_UNMOVED)},
        COALESCE(NULLIF(t.email, ''), r.email, '') AS email,
        COALESCE(NULLIF(t.telephone, ''), r.telephone, '') AS telephone,
        NULL::date AS stopped_on,
        COALESCE(a.version, '') AS nace_version,
        COALESCE(a.codes, '{{}}') AS nace_codes
    FROM kbo_unit u
    JOIN plan_companies_company p ON p.enterprise_number = u.company
    LEFT JOIN companies_establishment t ON t.id = u.known_id
    LEFT JOIN kbo_name n ON n.number = u.number
    LEFT JOIN kbo_reach r ON r.number = u.number
    LEFT JOIN kbo_nace a ON a.number = u.number
    LEFT JOIN kbo_town w ON w.postal_code = u.postal_code
        AND w.town IS NOT DISTINCT FROM u.town
"""

TRANSFERS = """
    SELECT p.target_id AS establishment_id, t.company_id AS from_company_id,
        p.company_id AS to_company_id, %(today)s AS "on",
        p.name || ' (' || p.unit_number || ')' AS label
    FROM plan_companies_establishment p JOIN companies_establishment t ON t.id = p.target_id
    WHERE p.action = 'changed' AND p.company_id <> t.company_id
"""
