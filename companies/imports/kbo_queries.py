"""The SQL between the staged files of the KBO and our tables.

In order: `kbo_unit` and `kbo_company` are what the set is about; `kbo_name`, `kbo_reach` and
`kbo_nace` the best of what it says of them; COMPANIES and ESTABLISHMENTS what our tables become.
"""

from geo.precision import LocationPrecision, LocationSource

#: An establishment of the region, or one that we know already and keep up to date wherever it is.
_WANTED = """
    t.id IS NOT NULL OR (
        NOT %(known_only)s AND EXISTS (SELECT FROM geo_postalcode c WHERE c.code = {zipcode})
    )
"""
#: With `known_only`, of the known ones those that have or asked for a recognition.
_RECOGNISED = """
    (NOT %(known_only)s OR EXISTS (
        SELECT FROM companies_recognition r WHERE r.establishment_id = t.id
    ))
"""
#: Without an address in the set, the one that is known.
_ADDRESS = """
    CASE WHEN a.number IS NULL THEN COALESCE(t.street, '')
        ELSE left(COALESCE(a.streetnl, ''), 120) END AS street,
    CASE WHEN a.number IS NULL THEN COALESCE(t.house_number, '')
        ELSE left(COALESCE(a.housenumber, ''), 20) END AS house_number,
    CASE WHEN a.number IS NULL THEN COALESCE(t.box, '')
        ELSE left(COALESCE(a.box, ''), 20) END AS box,
    CASE WHEN a.number IS NULL THEN COALESCE(t.postal_code, '')
        WHEN a.zipcode ~ '^[1-9][0-9]{3}$' THEN a.zipcode ELSE '' END AS postal_code,
    a.municipalitynl AS town, a.number IS NOT NULL AS has_address
"""
_ADDRESSES = "(SELECT DISTINCT ON (number) * FROM kbo_address ORDER BY number, line)"

UNITS_OF_A_FULL_SET = f"""
    SELECT e.number, e.enterprise AS company, t.id AS known_id, {_ADDRESS}
    FROM kbo_establishment e
    LEFT JOIN {_ADDRESSES} a ON a.number = e.number
    LEFT JOIN companies_establishment t ON t.unit_number = e.number
    WHERE NOT e.rejected AND ({_WANTED.format(zipcode="a.zipcode")}) AND {_RECOGNISED}
"""

#: An update names an entity in the files in which something changed, and there as a whole.
UNITS_OF_AN_UPDATE = f"""
    WITH named AS (
        SELECT number, enterprise FROM kbo_establishment WHERE NOT rejected
        UNION ALL
        SELECT n.number, NULL FROM (
            SELECT number FROM kbo_address UNION SELECT number FROM kbo_denomination
            UNION SELECT number FROM kbo_contact UNION SELECT number FROM kbo_activity
        ) n WHERE n.number >= '2' AND NOT EXISTS (
            SELECT FROM kbo_establishment e WHERE e.number = n.number AND NOT e.rejected
        )
    )
    SELECT n.number, COALESCE(n.enterprise, c.enterprise_number) AS company, t.id AS known_id,
        {_ADDRESS}
    FROM named n
    LEFT JOIN {_ADDRESSES} a ON a.number = n.number
    LEFT JOIN companies_establishment t ON t.unit_number = n.number
    LEFT JOIN companies_company c ON c.id = t.company_id
    WHERE ({_WANTED.format(zipcode="a.zipcode")}) AND {_RECOGNISED}
"""

#: An update names the company of a unit, but not what it is called when only the unit changed.
UNITS_WITHOUT_A_COMPANY = """
    SELECT count(*) FROM kbo_unit u
    WHERE NOT EXISTS (SELECT FROM kbo_company k WHERE k.number = u.company)
        AND NOT EXISTS (SELECT FROM companies_company c WHERE c.enterprise_number = u.company)
"""

COMPANIES_OF_A_FULL_SET = """
    SELECT e.number, e.status FROM kbo_enterprise e
    WHERE NOT e.rejected AND (
        EXISTS (SELECT FROM kbo_unit u WHERE u.company = e.number)
        OR EXISTS (SELECT FROM companies_company t WHERE t.enterprise_number = e.number)
    )
"""

COMPANIES_OF_AN_UPDATE = """
    SELECT n.number, e.status
    FROM (
        SELECT number FROM kbo_enterprise WHERE NOT rejected
        UNION SELECT number FROM kbo_denomination UNION SELECT number FROM kbo_contact
        UNION SELECT company FROM kbo_unit WHERE known_id IS NULL
    ) n
    LEFT JOIN kbo_enterprise e ON e.number = n.number AND NOT e.rejected
    WHERE n.number < '2' AND (
        EXISTS (SELECT FROM companies_company t WHERE t.enterprise_number = n.number)
        OR (e.number IS NOT NULL AND EXISTS (
            SELECT FROM kbo_unit u WHERE u.company = n.number
        ))
    )
"""

ENTITIES = "SELECT number FROM kbo_company UNION ALL SELECT number FROM kbo_unit"

#: Of a company its official name (001), of an establishment the name over the door (003); in Dutch
#: if there is one. Languages: 0 unknown, 1 French, 2 Dutch, 3 German, 4 English.
NAMES = """
    SELECT DISTINCT ON (d.number) d.number, left(btrim(d.denomination), 200) AS name
    FROM kbo_denomination d JOIN kbo_entity e ON e.number = d.number
    WHERE btrim(d.denomination) <> ''
    ORDER BY d.number,
        d.typeofdenomination <> CASE WHEN d.number < '2' THEN '001' ELSE '003' END,
        array_position(ARRAY['2', '0', '1', '4', '3'], d.language), d.line
"""

CONTACTS = """
    SELECT c.number,
        left((min(ARRAY[c.line::text, c.value]) FILTER (WHERE c.contacttype = 'TEL'))[2], 30)
            AS telephone,
        (min(ARRAY[c.line::text, c.value]) FILTER (
            WHERE c.contacttype = 'EMAIL' AND c.value ~ '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$'
                AND length(c.value) <= 254
        ))[2] AS email,
        (min(ARRAY[c.line::text,
            CASE WHEN c.value ~ '^https?://' THEN c.value ELSE 'https://' || c.value END
        ]) FILTER (WHERE c.contacttype = 'WEB' AND length(c.value) <= 190))[2] AS website
    FROM kbo_contact c JOIN kbo_entity e ON e.number = c.number
    WHERE btrim(c.value) <> ''
    GROUP BY c.number
"""

#: The main activities in the newest version in which there are any.
NACE = """
    SELECT DISTINCT ON (a.number) a.number, a.naceversion AS version,
        array_agg(DISTINCT left(a.nacecode, 7) ORDER BY left(a.nacecode, 7))::varchar(7)[] AS codes
    FROM kbo_activity a JOIN kbo_unit u ON u.number = a.number
    GROUP BY a.number, a.naceversion
    ORDER BY a.number, a.naceversion DESC
"""

COMPANIES = """
    SELECT k.number AS enterprise_number,
        COALESCE(n.name, t.name, k.number) AS name,
        COALESCE(NULLIF(t.email, ''), r.email, '') AS email,
        COALESCE(NULLIF(t.telephone, ''), r.telephone, '') AS telephone,
        COALESCE(NULLIF(t.website, ''), r.website, '') AS website,
        CASE WHEN k.status IS NULL THEN t.stopped_on
            WHEN k.status <> 'AC' THEN COALESCE(t.stopped_on, %(today)s) END AS stopped_on
    FROM kbo_company k
    LEFT JOIN companies_company t ON t.enterprise_number = k.number
    LEFT JOIN kbo_name n ON n.number = k.number
    LEFT JOIN kbo_reach r ON r.number = k.number
"""

_SAME_ADDRESS = """
    NOT u.has_address OR (t.street, t.house_number, t.postal_code)
        = (u.street, u.house_number, u.postal_code)
"""

#: An establishment without a name of its own bears its company's, also when that changes: then it
#: is in no file of an update, and the last part finds it. A point of another address is no point.
ESTABLISHMENTS = f"""
    SELECT u.number AS unit_number, COALESCE(p.target_id, c.id, t.company_id) AS company_id,
        COALESCE(
            n.name,
            CASE WHEN t.name IS NOT NULL AND t.name <> old.name THEN t.name END,
            p.name, c.name, t.name
        ) AS name,
        u.street, u.house_number, u.box, u.postal_code,
        CASE WHEN u.has_address THEN w.municipality_id ELSE t.municipality_id END
            AS municipality_id,
        CASE WHEN t.location_source = '{LocationSource.MANUAL}' OR {_SAME_ADDRESS}
            THEN t.point END AS point,
        CASE WHEN t.location_source = '{LocationSource.MANUAL}' OR {_SAME_ADDRESS}
            THEN t.precision ELSE '{LocationPrecision.UNKNOWN}' END AS precision,
        CASE WHEN t.location_source = '{LocationSource.MANUAL}' OR {_SAME_ADDRESS}
            THEN t.location_source ELSE '{LocationSource.UNKNOWN}' END AS location_source,
        COALESCE(NULLIF(t.email, ''), r.email, '') AS email,
        COALESCE(NULLIF(t.telephone, ''), r.telephone, '') AS telephone,
        NULL::date AS stopped_on,
        COALESCE(a.version, t.nace_version, '') AS nace_version,
        COALESCE(a.codes, t.nace_codes, '{{}}') AS nace_codes
    FROM kbo_unit u
    LEFT JOIN companies_establishment t ON t.id = u.known_id
    LEFT JOIN companies_company old ON old.id = t.company_id
    LEFT JOIN plan_companies_company p ON p.enterprise_number = u.company
    LEFT JOIN companies_company c ON c.enterprise_number = u.company
    LEFT JOIN kbo_name n ON n.number = u.number
    LEFT JOIN kbo_reach r ON r.number = u.number
    LEFT JOIN kbo_nace a ON a.number = u.number
    LEFT JOIN kbo_town w ON w.postal_code = u.postal_code
        AND w.town IS NOT DISTINCT FROM u.town
    WHERE u.company IS NOT NULL AND COALESCE(p.target_id, c.id) IS NOT NULL
    UNION ALL
    SELECT t.unit_number, t.company_id, p.name, t.street, t.house_number, t.box, t.postal_code,
        t.municipality_id, t.point, t.precision, t.location_source, t.email, t.telephone,
        t.stopped_on, t.nace_version, t.nace_codes
    FROM plan_companies_company p
    JOIN companies_company old ON old.id = p.target_id AND old.name <> p.name
    JOIN companies_establishment t ON t.company_id = old.id AND t.name = old.name
    WHERE NOT EXISTS (SELECT FROM kbo_unit u WHERE u.number = t.unit_number)
"""

TRANSFERS = """
    SELECT p.target_id AS establishment_id, t.company_id AS from_company_id,
        p.company_id AS to_company_id, %(today)s AS "on",
        p.name || ' (' || p.unit_number || ')' AS label
    FROM plan_companies_establishment p JOIN companies_establishment t ON t.id = p.target_id
    WHERE p.action = 'changed' AND p.company_id <> t.company_id
"""
