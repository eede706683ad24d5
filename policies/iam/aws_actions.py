"""Actions that rules know by name, in lower case.

After AWS's service authorization reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/), limited to the services that
this project has or could plausibly get; a test compares the lists with the linter's copy of it.
"""

from __future__ import annotations


def _of(service: str, actions: str) -> frozenset[str]:
    return frozenset(f"{service}:{action}" for action in actions.split())


UNSCOPABLE = frozenset().union(
    _of("airflow", "listenvironments"),
    _of(
        "cloudwatch",
        "describealarmsformetric getmetricdata getmetricstatistics listmetrics putmetricdata",
    ),
    _of(
        "ec2",
        "describeavailabilityzones describeinstances describenetworkinterfaces "
        "describeroutetables describesecuritygroups describesubnets describevpcendpoints "
        "describevpcs",
    ),
    _of("ec2messages", "acknowledgemessage deletemessage failmessage getendpoint getmessages"),
    _of("ec2messages", "sendreply"),
    _of("ecr", "getauthorizationtoken"),
    _of("kms", "generaterandom listaliases listkeys"),
    _of("lambda", "getaccountsettings listfunctions"),
    _of("logs", "describeloggroups"),
    _of("rds", "describedbengineversions describeevents describeorderabledbinstanceoptions"),
    _of("s3", "getaccountpublicaccessblock listallmybuckets"),
    _of("secretsmanager", "getrandompassword listsecrets"),
    _of("sns", "listsubscriptions listtopics"),
    _of("sqs", "listqueues"),
    _of("ssm", "describeinstanceinformation describeparameters describesessions"),
    _of(
        "ssmmessages",
        "createcontrolchannel createdatachannel opencontrolchannel opendatachannel",
    ),
    _of("sts", "getcalleridentity"),
    _of("tag", "getresources gettagkeys gettagvalues"),
    _of(
        "xray",
        "getsamplingrules getsamplingstatisticsummaries getsamplingtargets "
        "puttelemetryrecords puttracesegments",
    ),
)
"""AWS cannot limit these to a resource, and they do no harm: `*` is the only resource there is."""

VPC_INTERFACES = _of(
    "ec2",
    "assignprivateipaddresses createnetworkinterface deletenetworkinterface "
    "unassignprivateipaddresses",
)
"""What a function inside a VPC needs on `*`: Lambda makes its interfaces with the function's role.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
"""

OF_ITSELF = _of("ssm", "updateinstanceinformation")
"""What a machine says of itself: its agent names the instance, which AWS numbers, and no other."""

ESCALATING = frozenset().union(
    _of(
        "iam",
        "addroletoinstanceprofile addusertogroup attachgrouppolicy attachrolepolicy "
        "attachuserpolicy changepassword createaccesskey createloginprofile createpolicyversion "
        "createrole createservicespecificcredential createuser createvirtualmfadevice "
        "deactivatemfadevice deletegrouppolicy deleterolepermissionsboundary deleterolepolicy "
        "deleteuserpermissionsboundary deleteuserpolicy detachgrouppolicy detachrolepolicy "
        "detachuserpolicy enablemfadevice putgrouppolicy putrolepermissionsboundary "
        "putrolepolicy putuserpermissionsboundary putuserpolicy resetservicespecificcredential "
        "setdefaultpolicyversion updateaccesskey updateassumerolepolicy updateloginprofile "
        "updateopenidconnectproviderthumbprint updatesamlprovider uploadsigningcertificate "
        "uploadsshpublickey createopenidconnectprovider createsamlprovider createpolicy "
        "deletepolicyversion updaterole",
    ),
    _of(
        "lambda",
        "createeventsourcemapping updatefunctioncode updatefunctionconfiguration",
    ),
    _of("airflow", "invokerestapi"),
    _of("cloudformation", "createchangeset createstack createstackset executechangeset"),
    _of("cloudformation", "createstackinstances updatestack updatestackset"),
    _of("codebuild", "createproject startbuild startbuildbatch updateproject"),
    _of("datapipeline", "createpipeline putpipelinedefinition"),
    _of("ec2", "associateiaminstanceprofile createlaunchtemplateversion modifyinstanceattribute"),
    _of("ec2", "modifylaunchtemplate replaceiaminstanceprofileassociation requestspotinstances"),
    _of("ec2", "runinstances"),
    _of("ec2-instance-connect", "sendserialconsolesshpublickey sendsshpublickey"),
    _of("ecs", "executecommand registertaskdefinition runtask starttask"),
    _of("glue", "createdevendpoint createjob createsession updatedevendpoint updatejob"),
    _of("sagemaker", "createnotebookinstance createpresignednotebookinstanceurl"),
    _of("sagemaker", "createprocessingjob createtrainingjob updatenotebookinstance"),
    _of("bedrock-agentcore", "invokecodeinterpreter startcodeinterpretersession"),
    _of("ssm", "sendcommand startautomationexecution"),
    _of("states", "createstatemachine updatestatemachine"),
)
"""Actions by which a role gets what another has, alone or with others.

https://pathfinding.cloud/paths and
https://rhinosecuritylabs.com/aws/aws-privilege-escalation-methods-mitigation/
"""

GOVERNING = frozenset().union(
    _of("airflow", "deleteenvironment updateenvironment"),
    _of(
        "backup",
        "deletebackupvault deletebackupvaultaccesspolicy deleterecoverypoint "
        "putbackupvaultaccesspolicy",
    ),
    _of("cloudtrail", "deletetrail puteventselectors stoplogging updatetrail"),
    _of("dynamodb", "deleteresourcepolicy putresourcepolicy"),
    _of(
        "ec2",
        "acceptvpcpeeringconnection authorizesecuritygroupegress authorizesecuritygroupingress "
        "createroute createvpcpeeringconnection modifyimageattribute modifysecuritygrouprules "
        "modifysnapshotattribute replaceroute",
    ),
    _of("ec2", "modifyvpcendpoint modifyvpcendpointservicepermissions"),
    _of("ecr", "deleterepositorypolicy putregistrypolicy setrepositorypolicy"),
    _of("events", "putpermission removepermission"),
    _of(
        "kms",
        "cancelkeydeletion creategrant deletealias disablekey disablekeyrotation putkeypolicy "
        "replicatekey retiregrant revokegrant schedulekeydeletion updatealias",
    ),
    _of("lambda", "addlayerversionpermission addpermission createfunctionurlconfig"),
    _of("lambda", "removepermission updatefunctionurlconfig"),
    _of("logs", "deleteloggroup deleteresourcepolicy putresourcepolicy putretentionpolicy"),
    _of("logs", "putsubscriptionfilter"),
    _of("organizations", "attachpolicy detachpolicy leaveorganization updatepolicy"),
    _of("ram", "associateresourceshare createresourceshare updateresourceshare"),
    _of(
        "rds",
        "deletedbcluster deletedbclustersnapshot deletedbinstance deletedbinstanceautomatedbackup "
        "deletedbsnapshot modifydbcluster modifydbclustersnapshotattribute modifydbinstance "
        "modifydbparametergroup modifydbsnapshotattribute restoredbinstancefromdbsnapshot "
        "restoredbinstancetopointintime startexporttask",
    ),
    _of(
        "s3",
        "bypassgovernanceretention deleteaccesspointpolicy deletebucket deletebucketpolicy "
        "deleteobjectversion "
        "objectowneroverridetobucketowner putaccesspointpolicy putaccountpublicaccessblock "
        "putbucketacl putbucketownershipcontrols putbucketpolicy putbucketpublicaccessblock "
        "putbucketversioning putencryptionconfiguration putlifecycleconfiguration putobjectacl "
        "putobjectversionacl putreplicationconfiguration",
    ),
    _of("secretsmanager", "deleteresourcepolicy deletesecret putresourcepolicy"),
    _of("sns", "addpermission removepermission settopicattributes"),
    _of("sqs", "addpermission removepermission setqueueattributes"),
    _of("ssm", "modifydocumentpermission putresourcepolicy deleteresourcepolicy"),
    _of("sso", "attachmanagedpolicytopermissionset putinlinepolicytopermissionset"),
    _of("sso", "putpermissionspolicy"),
)
"""Actions that say who may use a resource, open a network to it, undo its protection or end it."""

CREDENTIALS = frozenset().union(
    _of("airflow", "createclitoken createweblogintoken"),
    _of("cognito-identity", "getcredentialsforidentity getopenidtoken"),
    _of("ec2", "getpassworddata"),
    _of("lightsail", "getinstanceaccessdetails getrelationaldatabasemasteruserpassword"),
    _of("redshift", "getclustercredentials"),
    _of("redshift-serverless", "getcredentials"),
    _of("sts", "assumeroot getdelegatedaccesstoken getfederationtoken getsessiontoken"),
)
"""Actions that hand out credentials; `sts:AssumeRole` and the like have rules of their own."""
