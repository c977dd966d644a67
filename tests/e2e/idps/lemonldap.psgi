# The portal of LemonLDAP::NG alone, with the people of people.json in place of its demonstration's.
use strict;
use warnings;

# It loads one that draws pictures, also where none is shown.
package Lemonldap::NG::Portal::Captcha::None;
use Mouse;
extends 'Lemonldap::NG::Common::Module';
sub init { 1 }
BEGIN { $INC{'Lemonldap/NG/Portal/Captcha/None.pm'} = __FILE__ }

package main;
use JSON;
use Lemonldap::NG::Portal::Main;
use Lemonldap::NG::Portal::UserDB::Demo;

sub people {
    open my $file, '<', 'people.json' or die "people.json: $!";
    local $/;
    my $people = decode_json(<$file>);
    my %groups;
    for my $name ( keys %$people ) {
        push @{ $groups{$_} }, $name for @{ $people->{$name}{groups} };
    }
    %Lemonldap::NG::Portal::UserDB::Demo::demoAccounts = %$people;
    %Lemonldap::NG::Portal::UserDB::Demo::demoGroups   = %groups;
}

my $portal = Lemonldap::NG::Portal::Main->run( {} );
sub {
    my ($asked) = @_;
    people();
    $portal->( { %$asked, SCRIPT_NAME => '' } );
};
